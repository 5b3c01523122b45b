//! What a customer agreed to, as evidence: which text, in which version and language, and when. Both sides read the same.

use caas::expediente::repository::GivenConsent;
use caas::kernel::locale::Locale;
use caas::kernel::when;
use caas::purchases::model::ConsentKind;
use leptos::prelude::*;

/// The consents, word for word; nothing when none was asked for.
pub(in crate::pages) fn consents(given: &[GivenConsent], zone: &str, locale: Locale) -> Option<AnyView> {
    let list = given
        .iter()
        .map(|consent| {
            let (text, lang) = (consent.text.clone(), consent.locale.clone());
            view! {
                <li>
                    <strong>{about(&consent.kind, locale)}</strong>
                    <blockquote lang=lang><p>{text}</p></blockquote>
                    <p class="muted small">{as_given(consent, zone, locale)}</p>
                </li>
            }
        })
        .collect_view();
    (!given.is_empty()).then(|| view! { <ul class="consents">{list}</ul> }.into_any())
}

/// The same for their customer, folded away.
pub(super) fn agreed_to(given: &[GivenConsent], zone: &str, locale: Locale) -> Option<AnyView> {
    consents(given, zone, locale).map(|list| {
        view! {
            <details>
                <summary>{locale.t("Lo que aceptaste, palabra por palabra", "What you agreed to, word for word")}</summary>
                {list}
            </details>
        }
        .into_any()
    })
}

fn about(kind: &str, locale: Locale) -> &'static str {
    match kind.parse() {
        Ok(ConsentKind::StartNow) => locale.t("Empezar ahora", "Start now"),
        Ok(ConsentKind::Withdrawal) => locale.t("Desistimiento", "Withdrawal"),
        Ok(ConsentKind::MaintenanceRisk) => locale.t("Mantenimiento sin comprobar", "Maintenance not checked"),
        _ if kind == "NEW_HOLD" => locale.t("Nueva retención", "New hold"),
        _ => locale.t("Consentimiento", "Consent"),
    }
}

fn as_given(consent: &GivenConsent, zone: &str, locale: Locale) -> String {
    let (version, at) = (&consent.text_version, when::to_the_second(consent.given_at, zone, locale));
    let language = match consent.locale.as_str() {
        "en" => locale.t("inglés", "English"),
        _ => locale.t("español", "Spanish"),
    };
    match locale {
        Locale::Es => format!("Versión {version} del texto, leída en {language} y aceptada el {at}"),
        Locale::En => format!("Version {version} of the text, read in {language} and agreed to on {at}"),
    }
}
