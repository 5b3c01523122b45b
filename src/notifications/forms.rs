//! The form a message takes on each channel.

use super::texts::Message;
use crate::kernel::locale::Locale;
use std::fmt::Write as _;

/// The longest text message the contract takes, in characters.
pub const LONGEST_SMS: usize = 480;

/// The longest text of a push message, in characters: its record holds 4096 bytes, and screens show less.
const LONGEST_PUSH: usize = 400;

/// Who a mail is for and where it leads.
pub(super) struct Letter<'a> {
    pub name: &'a str,
    /// The page, with its full address.
    pub link: Option<&'a str>,
    /// Where the contract is withdrawn from.
    pub withdraw: Option<&'a str>,
    /// Only on mail that may be switched off: where that is done.
    pub unsubscribe: Option<&'a str>,
    pub locale: Locale,
}

/// A mail for readers of plain text.
pub(super) fn plain(message: &Message, letter: &Letter<'_>) -> String {
    let locale = letter.locale;
    let mut text = format!("{} {}:\n\n", locale.t("Hola,", "Hello,"), letter.name);
    for paragraph in &message.paragraphs {
        let _ = writeln!(text, "{}\n", paragraph.trim());
    }
    if let Some(link) = letter.link {
        let _ = writeln!(text, "{}:\n{link}\n", message.action);
    }
    if let Some(address) = letter.withdraw {
        let _ = writeln!(text, "{}\n{}:\n{address}\n", you_may_withdraw(locale), withdraw_here(locale));
    }
    text.push_str("CaaS · Car as a Service\n");
    if let Some(address) = letter.unsubscribe {
        let _ = writeln!(text, "\n{}:\n{address}", stop(locale));
    }
    text
}

/// A mail as HTML. Colours are named for light and dark, and it reads well where a client drops the style sheet.
pub(super) fn html(message: &Message, letter: &Letter<'_>) -> String {
    let locale = letter.locale;
    let mut body = format!("<p>{} {}:</p>", locale.t("Hola,", "Hello,"), escape(letter.name));
    for paragraph in &message.paragraphs {
        let _ = write!(body, "<p>{}</p>", escape(paragraph.trim()));
    }
    if let Some(link) = letter.link {
        let _ = write!(
            body,
            "<p style=\"margin:28px 0\"><a class=\"button\" href=\"{}\" style=\"display:inline-block;padding:12px 20px;border-radius:8px;background:#0b6b3a;color:#ffffff;text-decoration:none;font-weight:600\">{}</a></p>",
            escape(link),
            escape(&message.action)
        );
    }
    if let Some(address) = letter.withdraw {
        let _ = write!(
            body,
            "<p>{} <a href=\"{}\">{}</a></p>",
            you_may_withdraw(locale),
            escape(address),
            withdraw_here(locale)
        );
    }
    let mut foot = "<p class=\"foot\" style=\"color:#555555;font-size:14px\">CaaS · Car as a Service</p>".to_owned();
    if let Some(address) = letter.unsubscribe {
        let _ = write!(
            foot,
            "<p class=\"foot\" style=\"color:#555555;font-size:14px\"><a class=\"foot\" href=\"{}\" style=\"color:#555555\">{}</a></p>",
            escape(address),
            stop(locale)
        );
    }
    format!(
        "<!doctype html><html lang=\"{locale}\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\
         <meta name=\"color-scheme\" content=\"light dark\"><meta name=\"supported-color-schemes\" content=\"light dark\"><title>{}</title>\
         <style>:root{{color-scheme:light dark}}@media (prefers-color-scheme:dark){{.page{{background:#14181a!important;color:#eceff0!important}}\
         .foot{{color:#b5bcbf!important}}.button{{background:#3ecf84!important;color:#06150d!important}}}}</style></head>\
         <body class=\"page\" style=\"font-family:system-ui,-apple-system,'Segoe UI',sans-serif;font-size:16px;line-height:1.5;max-width:36rem;margin:0 auto;padding:24px;background:#ffffff;color:#1b1f21\">{body}{foot}</body></html>",
        escape(&message.subject)
    )
}

/// A text message: what it is about, in short, and where to read on. What is too long loses its middle, never its link.
pub fn sms(message: &Message, link: &str) -> String {
    let said = format!("CaaS: {}", message.short);
    // A link that leaves no room for words is left out.
    let room = LONGEST_SMS.saturating_sub(link.chars().count() + 1);
    if room < 60 { shorten(&said, LONGEST_SMS) } else { format!("{} {link}", shorten(&said, room)) }
}

/// A push message's text; its title is the subject.
pub fn push(message: &Message) -> String {
    shorten(&message.short, LONGEST_PUSH)
}

fn shorten(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let kept: String = text.chars().take(most.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

fn you_may_withdraw(locale: Locale) -> &'static str {
    locale.t(
        "Tienes al menos 14 días para desistir del contrato, sin dar motivos y sin entrar en tu cuenta. La página te dice hasta qué día y por qué.",
        "You have at least 14 days to withdraw from the contract, without giving reasons and without signing in. The page tells until which day and why.",
    )
}

/// The words of the law (Directive 2011/83/EU, art. 11a(1)).
fn withdraw_here(locale: Locale) -> &'static str {
    locale.t("Desistir del contrato aquí", "Withdraw from contract here")
}

fn stop(locale: Locale) -> &'static str {
    locale.t("No recibir más correos como este", "Stop emails like this one")
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notifications::model::NoticeEvent;
    use crate::notifications::samples::sample;
    use crate::notifications::texts::render;

    fn letter(unsubscribe: Option<&str>) -> Letter<'_> {
        Letter {
            name: "<b>Eva</b>",
            link: Some("https://caas.example/?a=1&b=2"),
            withdraw: None,
            unsubscribe,
            locale: Locale::Es,
        }
    }

    #[test]
    fn html_mail_escapes_what_it_shows() {
        let mut message = render(&sample(NoticeEvent::OtaFailed), Locale::Es);
        message.paragraphs.push("<script>".to_owned());
        let html = html(&message, &letter(None));
        assert!(!html.contains("<script>") && !html.contains("<b>Eva"), "{html}");
        assert!(html.contains("a=1&amp;b=2"));
    }

    #[test]
    fn only_optional_mail_says_how_to_stop_it() {
        let message = render(&sample(NoticeEvent::ServiceEnded), Locale::Es);
        let stop = "https://caas.example/baja/abc";
        assert!(
            html(&message, &letter(Some(stop))).contains(stop) && plain(&message, &letter(Some(stop))).contains(stop)
        );
        assert!(!html(&message, &letter(None)).contains("baja") && !plain(&message, &letter(None)).contains("baja"));
    }

    #[test]
    fn a_text_message_fits_and_keeps_its_link() {
        for &event in NoticeEvent::ALL {
            for &locale in Locale::ALL {
                let mut message = render(&sample(event), locale);
                let link = "https://caas.example/expediente/activaciones/0193c5c4-7b5a-7c3e-9d6f-0123456789ab";
                for _ in 0..3 {
                    let text = sms(&message, link);
                    assert!(text.chars().count() <= LONGEST_SMS && text.ends_with(link), "{text}");
                    message.short = message.short.repeat(8);
                }
            }
        }
        let message = render(&sample(NoticeEvent::OtaFailed), Locale::Es);
        assert!(sms(&message, &"x".repeat(500)).chars().count() <= LONGEST_SMS);
    }
}
