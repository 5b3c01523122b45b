//! The diagnostic package of a case, read from its JSON. What is missing or of another form is left out, never an error:
//! a case must be readable above all when something is broken.

use crate::web::dates::moment;
use caas::kernel::Timestamp;
use caas::kernel::locale::Locale;
use serde_json::Value;

/// Reads the package for somebody.
pub(super) struct Packet<'a> {
    pub root: &'a Value,
    pub zone: &'a str,
    pub locale: Locale,
}

impl<'a> Packet<'a> {
    /// A part by its path: `"vehicle/vin"`.
    pub(super) fn at(&self, path: &str) -> Option<&'a Value> {
        self.root.pointer(&format!("/{path}"))
    }

    /// A part as text.
    pub(super) fn text(&self, path: &str) -> Option<String> {
        self.at(path).and_then(plain)
    }

    /// A part as a moment.
    pub(super) fn time(&self, path: &str) -> Option<String> {
        let at: Timestamp = self.at(path)?.as_str()?.parse().ok()?;
        Some(moment(at, self.zone, self.locale))
    }

    /// A list.
    pub(super) fn list(&self, path: &str) -> &'a [Value] {
        self.at(path).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
    }

    /// A part of a list.
    pub(super) fn part(&self, root: &'a Value) -> Packet<'a> {
        Packet { root, ..*self }
    }
}

/// A value as people read it; nothing for what is not there.
pub(super) fn plain(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) if text.is_empty() => None,
        Value::String(text) => Some(text.clone()),
        Value::Array(items) => {
            let items: Vec<_> = items.iter().filter_map(plain).collect();
            (!items.is_empty()).then(|| items.join(", "))
        }
        other => Some(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_left_out() {
        let root = serde_json::json!({
            "vehicle": { "vin": "V", "plate": null }, "orderedAt": "2026-11-23T09:00:00Z",
            "flags": ["A", "B"],
        });
        let packet = Packet { root: &root, zone: "Europe/Madrid", locale: Locale::Es };
        assert_eq!(packet.text("vehicle/vin").as_deref(), Some("V"));
        assert_eq!(packet.text("vehicle/plate"), None);
        assert_eq!(packet.text("nothing/here"), None);
        assert_eq!(packet.time("orderedAt").as_deref(), Some("23 nov 2026, 10:00"));
        assert_eq!(packet.text("flags").as_deref(), Some("A, B"));
        assert!(packet.list("attempts").is_empty());
    }
}
