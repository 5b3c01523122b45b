//! The rights of a person over their data. What is said of sign-in and passwords stands with the accounts.

use super::{Facts, Message, Words, elsewhere, message};
use crate::notifications::model::NoticeEvent;

pub(super) fn say(event: NoticeEvent, facts: &Facts<'_>, w: Words) -> Message {
    match event {
        NoticeEvent::ExportReady => {
            let ready = w.t(
                "La copia de todos tus datos en CaaS está lista. Se descarga desde tu cuenta durante 7 días; después la borramos.",
                "The copy of all your data at CaaS is ready. You can download it from your account for 7 days; then we delete it.",
            );
            message(
                w.t("Tu copia de datos está lista", "The copy of your data is ready"),
                ready.clone(),
                facts.with_text(
                    vec![ready],
                    vec![w.t(
                        "Si no la has pedido tú, cambia tu contraseña: alguien ha entrado en tu cuenta.",
                        "If you did not ask for it, change your password: somebody got into your account.",
                    )],
                ),
                w.t("Ir a mis datos", "Go to my data"),
            )
        }
        NoticeEvent::ErasurePlanned => {
            let first = facts.text.first().cloned().unwrap_or_default();
            message(
                w.t("El borrado de tu cuenta de CaaS", "The erasure of your CaaS account"),
                first,
                facts.with_text(Vec::new(), Vec::new()),
                w.t("Ver el borrado", "See the erasure"),
            )
        }
        event => elsewhere(event),
    }
}
