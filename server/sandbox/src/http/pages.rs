//! The HTML of the hosted pages: plain forms, two languages, nothing loaded from elsewhere.

use crate::world::gateway::TestCard;

/// Language of a hosted page.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Language {
    Spanish,
    English,
}

impl Language {
    /// English when the locale says so, else Spanish.
    pub fn of(locale: Option<&str>) -> Self {
        match locale {
            Some(locale) if locale.to_ascii_lowercase().starts_with("en") => Self::English,
            _ => Self::Spanish,
        }
    }

    pub fn pick(self, spanish: &'static str, english: &'static str) -> &'static str {
        match self {
            Self::Spanish => spanish,
            Self::English => english,
        }
    }

    fn tag(self) -> &'static str {
        self.pick("es", "en")
    }
}

/// The only style sheet of these pages.
pub(super) const STYLE: &str = r#":root { color-scheme: light dark; --ink: #16202b; --paper: #f7f9fb; --line: #66788a; --accent: #0b5cad; --bad: #a3160f; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8eef4; --paper: #121920; --line: #8b9bab; --accent: #7db8f5; --bad: #ff9d94; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
main { max-width: 34rem; margin: 0 auto; padding: 2rem 1rem 4rem; }
h1 { font-size: 1.5rem; line-height: 1.25; }
fieldset { border: 1px solid var(--line); border-radius: 6px; margin: 0 0 1.5rem; padding: 0.75rem 1rem 1rem; }
legend { padding: 0 0.35rem; font-weight: 600; }
.choice { display: flex; gap: 0.75rem; align-items: start; padding: 0.4rem 0; min-height: 2.75rem; }
.choice input { margin-top: 0.35rem; inline-size: 1.1rem; block-size: 1.1rem; }
.number { display: block; font-family: ui-monospace, monospace; font-size: 0.9rem; }
label.text { display: block; font-weight: 600; }
input[type="text"] { inline-size: 100%; padding: 0.6rem; font: inherit; font-family: ui-monospace, monospace; border: 1px solid var(--line); border-radius: 4px; background: transparent; color: inherit; }
.help { margin: 0.25rem 0; font-size: 0.9rem; }
.error { margin: 0 0 1rem; padding: 0.75rem 1rem; border: 2px solid var(--bad); border-radius: 6px; color: var(--bad); font-weight: 600; }
button, a.button { display: inline-block; min-height: 2.75rem; padding: 0.6rem 1.1rem; border: 2px solid var(--accent); border-radius: 6px; background: var(--accent); color: var(--paper); font: inherit; font-weight: 600; text-decoration: none; cursor: pointer; }
button.quiet, a.quiet { background: transparent; color: var(--accent); }
.actions { display: flex; flex-wrap: wrap; gap: 0.75rem; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 3px; }
"#;

/// Text and attribute values from outside go through here.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}

fn page(language: Language, title: &str, main: &str) -> String {
    format!(
        "<!DOCTYPE html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{title}</title>\n<link rel=\"icon\" href=\"data:,\">\n<link rel=\"stylesheet\" href=\"/hosted/style.css\">\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n{main}\n</main>\n</body>\n</html>\n",
        language.tag()
    )
}

fn describe(card: TestCard, language: Language) -> &'static str {
    let (spanish, english) = match card {
        TestCard::GoodVisa => ("Visa que funciona", "Visa that works"),
        TestCard::GoodMastercard => ("Mastercard que funciona", "Mastercard that works"),
        TestCard::InsufficientFunds => ("Sin fondos suficientes", "Insufficient funds"),
        TestCard::DoNotHonor => ("El banco la rechaza sin motivo", "The bank declines without a reason"),
        TestCard::TryAgainLater => ("El banco pide intentarlo más tarde", "The bank says try again later"),
        TestCard::Expired => ("Caducada", "Expired"),
        TestCard::Stolen => ("Robada", "Stolen"),
        TestCard::NeedsAuthentication => ("Pide que confirmes en tu banco", "Asks you to confirm with your bank"),
        TestCard::SettlementFails => ("Funciona, pero el dinero no llega", "Works, but the money never arrives"),
        TestCard::ChargedBack => ("Funciona y después se devuelve el cargo", "Works and is charged back later"),
        TestCard::MerchantDeclined => {
            ("Funciona ahora; sin fondos en los cobros periódicos", "Works now; lacks funds for recurring charges")
        }
        TestCard::BankTransfer => ("Transferencia bancaria, tarda un poco", "Bank transfer, takes a while"),
    };
    language.pick(spanish, english)
}

/// Groups of four, as on the card.
fn spaced(number: &str) -> String {
    let mut text = String::new();
    for (index, character) in number.chars().enumerate() {
        if index > 0 && index % 4 == 0 {
            text.push(' ');
        }
        text.push(character);
    }
    text
}

/// The page on which a payment method is chosen. `rejected` is a number that is no test card.
pub(super) fn setup(language: Language, session_id: &str, rejected: Option<&str>) -> String {
    let title = language.pick("Añadir un método de pago", "Add a payment method");
    let error = rejected.map_or("", |_| {
        language.pick(
            "<p class=\"error\" role=\"alert\" id=\"number-error\">Este número no es una tarjeta de prueba. Elige una de la lista o escribe uno de sus números.</p>",
            "<p class=\"error\" role=\"alert\" id=\"number-error\">This number is no test card. Choose one of the list or type one of its numbers.</p>",
        )
    });
    let mut choices = String::new();
    for card in TestCard::ALL {
        let code = card.code();
        let checked = if card == TestCard::GoodVisa { " checked" } else { "" };
        choices.push_str(&format!(
            "<div class=\"choice\"><input type=\"radio\" name=\"card\" id=\"card-{code}\" value=\"{code}\"{checked}><label for=\"card-{code}\">{}<span class=\"number\">{}</span></label></div>\n",
            describe(card, language),
            spaced(card.number()),
        ));
    }
    let intro = language.pick(
        "Banco de pruebas: ninguna tarjeta es real y no se cobra nada.",
        "Test bank: no card is real and nothing is charged.",
    );
    let legend = language.pick("Tarjetas de prueba", "Test cards");
    let label = language.pick("O escribe un número", "Or type a number");
    let help = language.pick(
        "Si escribes un número, vale este y no la opción elegida.",
        "A typed number counts instead of the chosen option.",
    );
    let invalid = if rejected.is_some() {
        " aria-invalid=\"true\" aria-describedby=\"number-help number-error\""
    } else {
        " aria-describedby=\"number-help\""
    };
    let save = language.pick("Guardar método de pago", "Save payment method");
    let cancel = language.pick("Cancelar y volver", "Cancel and go back");
    let main = format!(
        "<p>{intro}</p>\n{error}\n<form method=\"post\" action=\"/hosted/setup/{id}\">\n<fieldset>\n<legend>{legend}</legend>\n{choices}</fieldset>\n<p><label class=\"text\" for=\"number\">{label}</label>\n<span class=\"help\" id=\"number-help\">{help}</span>\n<input type=\"text\" id=\"number\" name=\"number\" inputmode=\"text\" autocomplete=\"off\" maxlength=\"40\" value=\"{value}\"{invalid}></p>\n<p class=\"actions\"><button name=\"action\" value=\"complete\">{save}</button>\n<button class=\"quiet\" name=\"action\" value=\"cancel\">{cancel}</button></p>\n</form>",
        id = escape(session_id),
        value = escape(rejected.unwrap_or_default()),
    );
    page(language, title, &main)
}

/// The page on which a customer confirms a payment.
pub(super) fn authenticate(language: Language, payment_id: &str, amount: &str, back: Option<&str>) -> String {
    let title = language.pick("Confirma el pago", "Confirm the payment");
    let text = language
        .pick("Tu banco de pruebas pide que confirmes este pago:", "Your test bank asks you to confirm this payment:");
    let confirm = language.pick("Confirmar", "Confirm");
    let main = format!(
        "<p>{text} <strong>{amount}</strong></p>\n<form method=\"post\" action=\"/hosted/authenticate/{id}\">\n<p class=\"actions\"><button>{confirm}</button>{back}</p>\n</form>",
        amount = escape(amount),
        id = escape(payment_id),
        back = back_link(language, back),
    );
    page(language, title, &main)
}

/// What is said when there is no address to go back to.
pub(super) fn confirmed(language: Language) -> String {
    let title = language.pick("Pago confirmado", "Payment confirmed");
    let text = language.pick(
        "<p>Vuelve a la aplicación y repite el pago.</p>",
        "<p>Go back to the application and try the payment again.</p>",
    );
    page(language, title, text)
}

/// A page that has nothing (more) to do.
pub(super) fn over(language: Language, back: Option<&str>) -> String {
    let title = language.pick("Esta página ya no está disponible", "This page is no longer available");
    let text = language.pick(
        "<p>La sesión ha terminado o no existe. Vuelve a la aplicación.</p>",
        "<p>The session has ended or does not exist. Go back to the application.</p>",
    );
    let main = format!("{text}<p>{}</p>", back_link(language, back));
    page(language, title, &main)
}

fn back_link(language: Language, back: Option<&str>) -> String {
    back.map_or_else(String::new, |url| {
        format!(
            "\n<a class=\"button quiet\" href=\"{}\">{}</a>",
            escape(url),
            language.pick("Volver a la aplicación", "Back to the application")
        )
    })
}
