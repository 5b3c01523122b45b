//! What a version changed.

use super::{NewVersion, PlanField};
use std::collections::{BTreeMap, BTreeSet};

/// One thing that differs between a version and the one before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What about.
    pub field: PlanField,
    /// Code of the model, option or colour; id of an offer; empty for VAT, señal.
    pub code: String,
    /// The amount in cents, or the share in basis points, before; `None` when it was not there.
    pub before: Option<i64>,
    /// The same after.
    pub after: Option<i64>,
}

/// What a version changed, in the order of the form. What an option is called or fits is told as a change of the option.
pub fn changes(before: &NewVersion, after: &NewVersion) -> Vec<Change> {
    fn models(version: &NewVersion) -> BTreeMap<String, i64> {
        version.price_list.models.iter().map(|(code, cents)| (code.clone(), cents.0)).collect()
    }
    fn options(version: &NewVersion) -> BTreeMap<String, i64> {
        version.price_list.options.iter().map(|option| (option.code.clone(), option.price.0)).collect()
    }
    fn colours(version: &NewVersion) -> BTreeMap<String, i64> {
        version.price_list.colours.iter().map(|colour| (colour.code.clone(), colour.price.0)).collect()
    }
    fn included(version: &NewVersion) -> BTreeMap<String, i64> {
        version.included.iter().map(|id| (id.to_string(), 0)).collect()
    }
    let mut found = Vec::new();
    let mut compare = |field, old: BTreeMap<String, i64>, new: BTreeMap<String, i64>| {
        for code in old.keys().chain(new.keys()).collect::<BTreeSet<_>>() {
            let (before, after) = (old.get(code).copied(), new.get(code).copied());
            if before != after {
                found.push(Change { field, code: code.clone(), before, after });
            }
        }
    };
    let alone = |value| BTreeMap::from([(String::new(), value)]);
    compare(PlanField::Models, models(before), models(after));
    compare(PlanField::Options, options(before), options(after));
    compare(PlanField::Colours, colours(before), colours(after));
    compare(PlanField::Vat, alone(before.vat_rate_basis_points), alone(after.vat_rate_basis_points));
    compare(PlanField::Reservation, alone(before.reservation_basis_points), alone(after.reservation_basis_points));
    compare(PlanField::Included, included(before), included(after));
    for option in &after.price_list.options {
        let old = before.price_list.options.iter().find(|one| one.code == option.code);
        if let Some(old) = old.filter(|old| old.price == option.price && *old != option) {
            let price = Some(old.price.0);
            found.push(Change { field: PlanField::Options, code: option.code.clone(), before: price, after: price });
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::testing::{names, sound};
    use super::*;
    use crate::kernel::money::Cents;

    #[test]
    fn what_a_version_changed_is_told() {
        let old = sound();
        let mut new = sound();
        new.price_list.models.insert("LINCE".to_owned(), Cents(3_100_000));
        new.price_list.options[0].names = names("Techo panorámico");
        new.price_list.colours[0].code = "BLUE".to_owned();
        new.reservation_basis_points = 500;
        let change = |field, code: &str, before, after| Change { field, code: code.to_owned(), before, after };
        assert_eq!(
            changes(&old, &new),
            [
                change(PlanField::Models, "LINCE", Some(3_000_000), Some(3_100_000)),
                change(PlanField::Colours, "BLUE", None, Some(0)),
                change(PlanField::Colours, "RED", Some(0), None),
                change(PlanField::Reservation, "", Some(1000), Some(500)),
                change(PlanField::Options, "ROOF", Some(100), Some(100)),
            ]
        );
        assert_eq!(changes(&old, &old), []);
    }
}
