//! An empty string means "absent" for every optional text of this folder.

/// `None` for an empty text.
pub(super) fn given(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}

/// The id of a field's control, made from its name when the caller gave none.
pub(super) fn control_id(id: String, name: &str) -> String {
    if id.is_empty() { format!("f-{name}") } else { id }
}

/// The ids that describe a control: its help and its error, those that are shown.
pub(super) fn described_by(id: &str, help: &str, error: &str) -> Option<String> {
    match (help.is_empty(), error.is_empty()) {
        (true, true) => None,
        (false, true) => Some(format!("{id}-help")),
        (true, false) => Some(format!("{id}-error")),
        (false, false) => Some(format!("{id}-error {id}-help")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn error_is_read_before_help() {
        assert_eq!(described_by("f-a", "h", "e").as_deref(), Some("f-a-error f-a-help"));
        assert_eq!(described_by("f-a", "", ""), None);
    }
}
