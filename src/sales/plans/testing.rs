//! A version in which nothing is wrong, for tests.

use super::{ColourPrice, NewVersion, OptionPrice, PriceList};
use crate::kernel::locale::Bilingual;
use crate::kernel::money::{Cents, Currency};
use std::collections::BTreeMap;

pub(super) fn names(text: &str) -> Bilingual {
    Bilingual { es: text.to_owned(), en: text.to_owned() }
}

pub(super) fn sound() -> NewVersion {
    let option = OptionPrice {
        code: "ROOF".to_owned(),
        names: names("Techo"),
        price: Cents(100),
        models: vec!["LINCE".to_owned()],
    };
    NewVersion {
        price_list: PriceList {
            models: BTreeMap::from([("LINCE".to_owned(), Cents(3_000_000))]),
            options: vec![option],
            colours: vec![ColourPrice { code: "RED".to_owned(), names: names("Rojo"), price: Cents(0) }],
        },
        currency: Currency::Eur,
        vat_rate_basis_points: 2100,
        reservation_basis_points: 1000,
        included: Vec::new(),
    }
}
