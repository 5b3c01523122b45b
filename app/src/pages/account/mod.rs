//! Getting in, getting back in, and one's own account.

mod confirm_email;
mod device;
mod forms;
mod overview;
mod profile;
mod recovery;
mod sessions;
mod sign_in;
mod sign_up;

pub(super) use device::in_words as device_in_words;

use crate::web::{Route, get};

/// The room's pages.
pub fn routes() -> Vec<Route> {
    vec![
        get("/entrar", sign_in::sign_in_page),
        get("/registro", sign_up::sign_up_page),
        get("/registro/revisa-tu-correo", sign_up::check_your_mail_page),
        get("/confirmar-correo", confirm_email::confirm_email_page),
        get("/recuperar", recovery::recovery_page),
        get("/recuperar/revisa-tu-correo", recovery::check_your_mail_page),
        get("/restablecer", recovery::reset_page),
        get("/cuenta", overview::account_page),
    ]
}
