//! An entry as evidence: who, from which state to which, where in the chain.

use caas::expediente::model::{ActorKind, StoredEntry};
use caas::expediente::repository::StoryLine;
use caas::kernel::locale::Locale;

/// Where the vehicle's word came from, after "it confirmed".
pub(in crate::pages) fn source_words(source: &str, locale: Locale) -> &'static str {
    match source {
        "ANSWER" => locale.t("al responder a la orden", "when it answered the command"),
        "CALLBACK" => locale.t("con un aviso posterior", "with a later message"),
        "STATUS" => locale.t("al preguntarle por su estado", "when it was asked for its status"),
        _ => "",
    }
}

/// Who brought it about, as the customer knows them.
pub(super) fn who(line: &StoryLine, is_own: bool, locale: Locale) -> String {
    let words = match line.entry.actor.kind {
        ActorKind::Customer if is_own => locale.t("Tú", "You"),
        ActorKind::Customer => locale.t("El cliente", "The customer"),
        // People of ours are named to people of ours.
        ActorKind::Staff => match &line.staff {
            Some(name) if !is_own => return name.clone(),
            _ => locale.t("Una persona de nuestro equipo", "A person of our team"),
        },
        ActorKind::System => locale.t("La plataforma", "The platform"),
        ActorKind::Vehicle => locale.t("El coche", "The car"),
        ActorKind::Gateway => locale.t("El banco, por la pasarela de pago", "The bank, through the payment gateway"),
        ActorKind::Anonymous => locale.t("Alguien sin identificar", "Somebody who was not signed in"),
        ActorKind::Factory => locale.t("La fábrica", "The factory"),
        ActorKind::Registry => locale.t("El organismo de matriculación", "The registration body"),
        ActorKind::Transport => locale.t("El transporte", "The transport company"),
    };
    words.to_owned()
}

/// The change of state: "ATTEMPT_IN_PROGRESS → ACTIVE"; empty when there was none.
pub(in crate::pages) fn step(entry: &StoredEntry) -> String {
    match (entry.before.as_deref(), entry.after.as_deref()) {
        (Some(before), Some(after)) => format!("{before} → {after}"),
        (None, Some(after)) => format!("→ {after}"),
        (Some(before), None) => format!("{before} →"),
        (None, None) => String::new(),
    }
}

/// One line for people of ours: number, kind, change, cause.
pub(super) fn in_short(line: &StoryLine, locale: Locale) -> String {
    let mut parts = vec![format!("n.º {}", line.entry.seq), line.entry.kind.to_string()];
    let step = step(&line.entry);
    if !step.is_empty() {
        parts.push(step);
    }
    if let Some(code) = ["code", "reason"].iter().find_map(|name| line.entry.data.get(name)?.as_str()) {
        parts.push(code.to_owned());
    }
    parts.push(who(line, false, locale));
    parts.join(" · ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_the_word_came_from_is_never_a_code() {
        for source in ["ANSWER", "CALLBACK", "STATUS"] {
            for &locale in Locale::ALL {
                assert!(!source_words(source, locale).is_empty());
            }
        }
        assert_eq!(source_words("ELSEWHERE", Locale::Es), "");
    }
}
