//! What the address of the expediente asks for, and addresses that ask for something else.

use crate::web::WebContext;
use caas::expediente::model::SubjectKind;
use caas::kernel::ids::VehicleId;

/// What the address asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Query {
    /// Only this car.
    pub car: Option<VehicleId>,
    /// Only entries about this kind of thing.
    pub kind: Option<SubjectKind>,
    /// Only entries before this number.
    pub before: Option<i64>,
}

/// The kinds of things a customer's story can be narrowed to.
pub(super) const KINDS: [SubjectKind; 3] = [SubjectKind::Activation, SubjectKind::Payment, SubjectKind::PaymentMethod];

impl Query {
    /// Reads the address; what makes no sense in it is passed over.
    pub(super) fn of(web: &WebContext) -> Query {
        let value = |name| web.query(name).unwrap_or_default();
        Query {
            car: value("coche").parse().ok(),
            kind: value("tipo").parse().ok().filter(|kind| KINDS.contains(kind)),
            before: value("antes").parse().ok(),
        }
    }

    /// The address of a page with this query.
    pub(super) fn href(&self, path: &str) -> String {
        let mut pairs = url::form_urlencoded::Serializer::new(String::new());
        if let Some(car) = self.car {
            pairs.append_pair("coche", &car.to_string());
        }
        if let Some(kind) = self.kind {
            pairs.append_pair("tipo", kind.as_str());
        }
        if let Some(before) = self.before {
            pairs.append_pair("antes", &before.to_string());
        }
        let query = pairs.finish();
        if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
    }

    /// The story with this query.
    pub(super) fn story(&self) -> String {
        format!("{}#historia", self.href("/expediente"))
    }
}

/// A list's address for one car, from a key on.
pub(super) fn list_href(path: &str, car: Option<VehicleId>, before: Option<String>) -> String {
    let mut href = Query { car, ..Query::default() }.href(path);
    if let Some(before) = before {
        href.push(if href.contains('?') { '&' } else { '?' });
        href.push_str("antes=");
        href.push_str(&before);
    }
    href
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_carries_all_that_was_asked() {
        let car = "0192f0c1-7c3a-7000-8000-000000000001".parse().ok();
        let query = Query { car, kind: Some(SubjectKind::Payment), before: Some(40) };
        assert_eq!(
            query.story(),
            "/expediente?coche=0192f0c1-7c3a-7000-8000-000000000001&tipo=PAYMENT&antes=40#historia"
        );
        assert_eq!(Query::default().story(), "/expediente#historia");
        assert_eq!(list_href("/expediente/pagos", None, Some("k".into())), "/expediente/pagos?antes=k");
        assert!(list_href("/expediente/pagos", car, Some("k".into())).ends_with("1&antes=k"));
    }
}
