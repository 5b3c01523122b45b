//! What every form of a case shares: who may send it, where it goes back to, and how a refusal is told.

use super::agent;
use super::words::not_now_words;
use crate::ui::{Notice, Tone};
use crate::web::{FormState, Goto, Message, Refusal, WebContext, local_path};
use caas::kernel::ids::TicketId;
use caas::kernel::locale::Locale;
use caas::support::model::{NotNow, SupportError};
use caas::support::{self, Agent, TicketCase};
use leptos::prelude::*;

/// Code of a form that came back because somebody else was quicker.
pub(super) const STALE: &str = "STALE";

/// Somebody at a case, with a form in hand.
pub(super) struct Desk {
    pub agent: Agent,
    pub ticket: TicketId,
    pub case: TicketCase,
    back: String,
}

/// Who sends a form, on which case. Role first; a case that does not exist is not found.
pub(super) async fn at_desk(web: &WebContext, number: &str, back: &str) -> Result<Desk, Refusal> {
    let (agent, _) = agent(web)?;
    let case = support::case(&mut web.caas.db.read().await?, number).await?.ok_or(Refusal::NotFound)?;
    let mut back = staying(back);
    if back == "/soporte" {
        back = format!("/soporte/{}", case.ticket.number);
    }
    Ok(Desk { agent, ticket: case.ticket.id, case, back })
}

/// The page of the desk that a form was on; the desk itself when it names another place.
pub(super) fn staying(back: &str) -> String {
    let path = back.split('#').next().unwrap_or_default();
    let ours = local_path(path)
        .filter(|path| *path == "/soporte" || path.starts_with("/soporte/") || path.starts_with("/soporte?"));
    ours.unwrap_or("/soporte").to_owned()
}

impl Desk {
    /// Where the form was, at one of its parts.
    pub(super) fn at(&self, anchor: &str) -> String {
        format!("{}#{anchor}", self.back)
    }

    /// Back to the case: it is done, or the form comes back with why not and with what was typed.
    pub(super) fn end<T>(
        self,
        answer: Result<T, SupportError>,
        message: Message,
        form: FormState,
    ) -> Result<Goto, Refusal> {
        match answer {
            Ok(_) => Ok(Goto::to(&self.back).toast(message)),
            Err(SupportError::NotFound) => Err(Refusal::NotFound),
            Err(refusal) => {
                let anchor = form.name.clone();
                Ok(Goto::back(self.at(&anchor), form.wrong("", code_of(&refusal))))
            }
        }
    }
}

/// What a refusal is called in a form that came back.
pub(super) fn code_of(refusal: &SupportError) -> &'static str {
    match refusal {
        SupportError::NotNow { why } => why.as_str(),
        SupportError::Stale { .. } | SupportError::NotFound => STALE,
    }
}

/// What is wrong with a form of the desk as a whole, in words.
pub(super) fn trouble(form: &FormState, locale: Locale) -> Option<AnyView> {
    let code = form.errors.get("")?;
    if code == STALE {
        let title =
            locale.t("Alguien ha cambiado este caso mientras tanto", "Somebody has changed this case meanwhile");
        let text = locale.t(
            "No se ha hecho nada todavía. Mira lo nuevo y, si sigue haciendo falta, repítelo: lo que escribiste sigue aquí.",
            "Nothing has been done yet. Look at what is new and, if still needed, do it again: what you wrote is still here.",
        );
        return Some(view! { <Notice tone=Tone::Waiting title=title>{text}</Notice> }.into_any());
    }
    let text =
        code.parse::<NotNow>().map_or_else(|_| form.error(locale, ""), |why| not_now_words(why, locale).to_owned());
    Some(view! { <Notice tone=Tone::Problem>{text}</Notice> }.into_any())
}

/// The fields that every form of a case carries.
#[derive(Clone)]
pub(super) struct Carried {
    pub number: String,
    pub version: i64,
    pub back: String,
}

impl Carried {
    pub(super) fn fields(&self) -> AnyView {
        let Carried { number, version, back } = self.clone();
        view! {
            <input type="hidden" name="number" value=number/>
            <input type="hidden" name="version" value=version.to_string()/>
            <input type="hidden" name="back" value=back/>
        }
        .into_any()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_of_the_desk_leads_to_the_desk() {
        assert_eq!(staying("/soporte/OTA-000001?lista=mios"), "/soporte/OTA-000001?lista=mios");
        assert_eq!(staying("/soporte?lista=mios#x"), "/soporte?lista=mios");
        for elsewhere in ["https://evil.example", "//evil.example", "/expediente", "/soportes", ""] {
            assert_eq!(staying(elsewhere), "/soporte", "{elsewhere}");
        }
    }
}
