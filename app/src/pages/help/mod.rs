//! A customer and support: the own cases, a form for a new question, and one case with its conversation.

mod case;
mod list;
mod new_hold;
mod upload;

pub use upload::{MAX_UPLOAD, ask, write};

pub(in crate::pages) use upload::read_up_to;

pub(in crate::pages) use new_hold::new_hold_box;

use crate::web::{CurrentUser, Refusal, Role, Route, WebContext, get};
use caas::kernel::locale::Locale;
use caas::support::model::QuestionRefusal;

/// Where the cases of a customer are.
const HERE: &str = "/cuenta/ayuda";

/// The room's pages.
pub fn routes() -> Vec<Route> {
    vec![
        get("/cuenta/ayuda", list::help_page),
        get("/cuenta/ayuda/{number}", case::case_page),
        get("/cuenta/ayuda/{number}/adjuntos/{id}", case::own_file),
    ]
}

/// Whose cases they are. For staff there are none.
fn customer(web: &WebContext) -> Result<&CurrentUser, Refusal> {
    web.require_role(&[Role::Customer])
}

/// Why a question or answer was not taken, and what to do.
fn refusal_words(refusal: QuestionRefusal, locale: Locale) -> &'static str {
    match refusal {
        QuestionRefusal::NotFound => locale.t("Ese coche o caso no existe.", "There is no such car or case."),
        QuestionRefusal::Subject => locale.t(
            "Escribe el asunto en pocas palabras, 120 letras como mucho.",
            "Write the subject in a few words, 120 letters at most.",
        ),
        QuestionRefusal::Text => locale.t("Escribe qué necesitas.", "Write what you need."),
        QuestionRefusal::TooMany => locale.t(
            "Has escrito mucho en poco tiempo. Espera un rato, o sigue en uno de tus casos abiertos.",
            "You have written a lot in a short time. Wait a while, or go on in one of your open cases.",
        ),
        QuestionRefusal::TooManyFiles => locale.t("Caben 3 archivos por mensaje.", "A message holds 3 files."),
        QuestionRefusal::FileTooLarge => {
            locale.t("Cada archivo puede ocupar 5 MB como mucho.", "Each file can have 5 MB at most.")
        }
        QuestionRefusal::UnknownFile => locale.t(
            "Solo admitimos imágenes PNG, JPEG o WebP, PDF y texto.",
            "We only take PNG, JPEG or WebP pictures, PDF and text.",
        ),
    }
}

/// The field that a refusal is about.
fn field_of(refusal: QuestionRefusal) -> &'static str {
    match refusal {
        QuestionRefusal::Subject => "subject",
        QuestionRefusal::Text => "text",
        QuestionRefusal::TooManyFiles | QuestionRefusal::FileTooLarge | QuestionRefusal::UnknownFile => "files",
        QuestionRefusal::NotFound | QuestionRefusal::TooMany => "",
    }
}
