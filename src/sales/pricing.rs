//! What a car costs: the price list of a plan, and the price of one car line by line.
//!
//! Everything is whole cents and includes VAT, as the customer pays it. Net and VAT are worked out of the total once, so
//! that no line is rounded and the lines always add up to the cent.

use crate::kernel::ids::OfferId;
use crate::kernel::locale::Bilingual;
use crate::kernel::money::{Cents, Currency, Money};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A whole, in basis points (hundredths of a percent).
const WHOLE: i128 = 10_000;

/// The prices of a version of a plan. VAT included.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PriceList {
    /// The base price of each model it sells, by the model's code.
    pub models: BTreeMap<String, Cents>,
    /// The factory options, in the order they are offered.
    pub options: Vec<OptionPrice>,
    /// The colours, in the order they are offered.
    pub colours: Vec<ColourPrice>,
}

/// A factory option and its price.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OptionPrice {
    /// The factory's code.
    pub code: String,
    /// What it is called.
    pub names: Bilingual,
    /// VAT included; zero for what comes with the car but has to be chosen.
    pub price: Cents,
    /// Codes of the models that can have it.
    pub models: Vec<String>,
}

/// A colour and its price.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ColourPrice {
    /// The colour of the drawing, which is also the factory's: WHITE, SILVER, GREY, BLACK, BLUE, RED, GREEN, SAND.
    pub code: String,
    /// What it is called.
    pub names: Bilingual,
    /// VAT included; zero for the standard colours.
    pub price: Cents,
}

impl PriceList {
    /// The options that a model can have.
    pub fn options_of<'a>(&'a self, model: &'a str) -> impl Iterator<Item = &'a OptionPrice> {
        self.options.iter().filter(move |option| option.models.iter().any(|code| code == model))
    }

    /// An option that a model can have.
    pub fn option<'a>(&'a self, model: &'a str, code: &str) -> Option<&'a OptionPrice> {
        self.options_of(model).find(|option| option.code == code)
    }

    /// A colour.
    pub fn colour(&self, code: &str) -> Option<&ColourPrice> {
        self.colours.iter().find(|colour| colour.code == code)
    }
}

/// Under which conditions a price is worked out: the version of a plan, as far as money goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    /// Code of the plan.
    pub plan: String,
    /// What the plan is called.
    pub plan_names: Bilingual,
    /// Which version of it.
    pub version: i64,
    /// What is paid in.
    pub currency: Currency,
    /// VAT in basis points: 2100 is 21 %.
    pub vat_rate_basis_points: i64,
    /// The señal's share of the total in basis points.
    pub reservation_basis_points: i64,
    /// Services that come with the car.
    pub included: Vec<Included>,
}

/// A service that comes with the car.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Included {
    /// The offer.
    pub offer: OfferId,
    /// The service and for how long, in words.
    pub names: Bilingual,
    /// What it would cost, where it is sold by itself in the plan's currency.
    pub worth: Option<Cents>,
}

/// A car to be priced.
#[derive(Clone, Copy, Debug)]
pub struct Configuration<'a> {
    /// The model's code.
    pub model: &'a str,
    /// The model's name.
    pub model_name: &'a str,
    /// The colour's code.
    pub colour: &'a str,
    /// Codes of factory options.
    pub options: &'a [String],
}

codes! {
    /// What a line of a quote is for.
    pub enum LineKind {
        /// The car itself.
        Base = "BASE",
        /// A factory option.
        Option = "OPTION",
        /// The colour.
        Colour = "COLOUR",
        /// A service that comes with the car.
        Included = "INCLUDED",
    }
}

/// One line of a quote.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Line {
    /// What for.
    pub kind: LineKind,
    /// Code of the model, option or colour; id of the offer.
    pub code: String,
    /// What it is called.
    pub names: Bilingual,
    /// What it adds to the total, VAT included. Zero for included services.
    pub amount: Cents,
    /// What an included service would cost by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worth: Option<Cents>,
}

/// The price of one car, line by line. What a sale was agreed with stays in its order for ever.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Quote {
    /// Code of the plan.
    pub plan: String,
    /// What the plan is called.
    pub plan_names: Bilingual,
    /// Which version of it.
    pub version: i64,
    /// The lines in order: the car, its options, its colour, what is included.
    pub lines: Vec<Line>,
    /// What is paid in.
    pub currency: Currency,
    /// The total without VAT.
    pub net: Cents,
    /// The VAT in the total.
    pub vat: Cents,
    /// VAT in basis points.
    pub vat_rate_basis_points: i64,
    /// What the customer pays in all.
    pub total: Cents,
    /// The señal.
    pub reservation: Cents,
    /// The señal's share in basis points.
    pub reservation_basis_points: i64,
    /// What is left to pay after it.
    pub remainder: Cents,
}

impl Quote {
    /// An amount of this quote with its currency.
    pub fn money(&self, cents: Cents) -> Money {
        Money::new(cents, self.currency)
    }
}

codes! {
    /// Why a plan has no price for a car.
    pub enum NoPrice {
        /// The plan does not sell this model.
        Model = "MODEL_NOT_IN_PLAN",
        /// Nor this colour.
        Colour = "COLOUR_NOT_IN_PLAN",
        /// Nor one of the options for this model.
        Option = "OPTION_NOT_IN_PLAN",
    }
}

/// A share of an amount, rounded half up to the cent. Amounts are never negative here.
fn share(of: i64, numerator: i128, denominator: i128) -> i64 {
    let rounded = (i128::from(of) * numerator * 2 + denominator) / (denominator * 2);
    i64::try_from(rounded).expect("a share of an amount of cents is an amount of cents")
}

/// The price of a car under a plan.
pub fn quote(list: &PriceList, terms: &Terms, car: Configuration<'_>) -> Result<Quote, NoPrice> {
    let base = *list.models.get(car.model).ok_or(NoPrice::Model)?;
    let name = Bilingual { es: car.model_name.to_owned(), en: car.model_name.to_owned() };
    let mut lines = vec![line(LineKind::Base, car.model, &name, base)];
    for code in car.options {
        let option = list.option(car.model, code).ok_or(NoPrice::Option)?;
        lines.push(line(LineKind::Option, &option.code, &option.names, option.price));
    }
    let colour = list.colour(car.colour).ok_or(NoPrice::Colour)?;
    lines.push(line(LineKind::Colour, &colour.code, &colour.names, colour.price));
    for included in &terms.included {
        let free = line(LineKind::Included, &included.offer.to_string(), &included.names, Cents::ZERO);
        lines.push(Line { worth: included.worth, ..free });
    }
    let total = lines.iter().fold(Cents::ZERO, |sum, line| sum + line.amount);
    let net = Cents(share(total.0, WHOLE, WHOLE + i128::from(terms.vat_rate_basis_points)));
    let reservation = Cents(share(total.0, i128::from(terms.reservation_basis_points), WHOLE));
    Ok(Quote {
        plan: terms.plan.clone(),
        plan_names: terms.plan_names.clone(),
        version: terms.version,
        lines,
        currency: terms.currency,
        net,
        vat: total - net,
        vat_rate_basis_points: terms.vat_rate_basis_points,
        total,
        reservation,
        reservation_basis_points: terms.reservation_basis_points,
        remainder: total - reservation,
    })
}

fn line(kind: LineKind, code: &str, names: &Bilingual, amount: Cents) -> Line {
    Line { kind, code: code.to_owned(), names: names.clone(), amount, worth: None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn names(text: &str) -> Bilingual {
        Bilingual { es: text.to_owned(), en: text.to_owned() }
    }

    fn option(code: &str, price: i64) -> OptionPrice {
        OptionPrice { code: code.to_owned(), names: names(code), price: Cents(price), models: vec!["LINCE".to_owned()] }
    }

    fn list(base: i64, options: &[i64], colour: i64) -> PriceList {
        PriceList {
            models: BTreeMap::from([("LINCE".to_owned(), Cents(base)), ("TAJO".to_owned(), Cents(base))]),
            options: options.iter().enumerate().map(|(i, price)| option(&format!("O{i}"), *price)).collect(),
            colours: vec![ColourPrice { code: "RED".to_owned(), names: names("Rojo"), price: Cents(colour) }],
        }
    }

    fn terms(vat: i64, reservation: i64) -> Terms {
        let included =
            Included { offer: OfferId(uuid::Uuid::nil()), names: names("Asientos"), worth: Some(Cents(999)) };
        Terms {
            plan: "P".to_owned(),
            plan_names: names("Plan"),
            version: 1,
            currency: Currency::Eur,
            vat_rate_basis_points: vat,
            reservation_basis_points: reservation,
            included: vec![included],
        }
    }

    fn priced(list: &PriceList, terms: &Terms, options: &[&str]) -> Result<Quote, NoPrice> {
        let options: Vec<String> = options.iter().map(|code| (*code).to_owned()).collect();
        quote(list, terms, Configuration { model: "LINCE", model_name: "Lince", colour: "RED", options: &options })
    }

    #[test]
    fn a_car_is_priced_line_by_line() {
        let quote = priced(&list(3_499_000, &[120_000, 45_050], 60_000), &terms(2100, 1000), &["O0", "O1"]).unwrap();
        let lines: Vec<(LineKind, i64)> = quote.lines.iter().map(|line| (line.kind, line.amount.0)).collect();
        assert_eq!(
            lines,
            [
                (LineKind::Base, 3_499_000),
                (LineKind::Option, 120_000),
                (LineKind::Option, 45_050),
                (LineKind::Colour, 60_000),
                (LineKind::Included, 0)
            ]
        );
        assert_eq!(quote.lines[4].worth, Some(Cents(999)));
        assert_eq!(quote.total, Cents(3_724_050));
        // 37,240.50 / 1.21 = 30,777.27…
        assert_eq!((quote.net, quote.vat), (Cents(3_077_727), Cents(646_323)));
        assert_eq!((quote.reservation, quote.remainder), (Cents(372_405), Cents(3_351_645)));
    }

    #[test]
    fn the_señal_is_rounded_half_up_to_the_cent() {
        let reservation = |base, share| priced(&list(base, &[], 0), &terms(0, share), &[]).unwrap().reservation.0;
        assert_eq!(reservation(10_005, 1000), 1_001);
        assert_eq!(reservation(10_004, 1000), 1_000);
        assert_eq!(reservation(10_050, 100), 101);
        assert_eq!(reservation(10_049, 100), 100);
    }

    #[test]
    fn what_a_plan_does_not_sell_has_no_price() {
        let (list, terms) = (list(100, &[1], 1), terms(2100, 1000));
        assert_eq!(priced(&list, &terms, &["O7"]), Err(NoPrice::Option));
        let car = |model, colour| Configuration { model, model_name: model, colour, options: &[] };
        assert_eq!(quote(&list, &terms, car("BRISA", "RED")), Err(NoPrice::Model));
        assert_eq!(quote(&list, &terms, car("LINCE", "BLUE")), Err(NoPrice::Colour));
        // An option that only another model can have.
        let options = ["O0".to_owned()];
        assert_eq!(
            quote(&list, &terms, Configuration { options: &options, ..car("TAJO", "RED") }),
            Err(NoPrice::Option)
        );
    }

    #[test]
    fn a_quote_reads_back_as_it_was_written() {
        let quote = priced(&list(3_499_000, &[120_000], 0), &terms(2100, 500), &["O0"]).unwrap();
        let stored = serde_json::to_value(&quote).unwrap();
        assert_eq!(serde_json::from_value::<Quote>(stored).unwrap(), quote);
    }

    proptest! {
        #[test]
        fn the_lines_add_up_and_nothing_is_lost(
            base in 1i64..50_000_000, options in prop::collection::vec(0i64..2_000_000, 0..8), colour in 0i64..500_000,
            vat in 0i64..=3000, share in 100i64..=5000,
        ) {
            let codes: Vec<String> = (0..options.len()).map(|i| format!("O{i}")).collect();
            let codes: Vec<&str> = codes.iter().map(String::as_str).collect();
            let quote = priced(&list(base, &options, colour), &terms(vat, share), &codes).unwrap();
            let sum: i64 = quote.lines.iter().map(|line| line.amount.0).sum();
            prop_assert_eq!(sum, quote.total.0);
            prop_assert_eq!(quote.net + quote.vat, quote.total);
            prop_assert_eq!(quote.reservation + quote.remainder, quote.total);
            // The VAT that was taken out of the total is the VAT of the net, to the half cent that rounding costs.
            let exact = quote.net.0 as f64 * vat as f64 / 10_000.0;
            prop_assert!((exact - quote.vat.0 as f64).abs() <= 0.5 * (1.0 + vat as f64 / 10_000.0) + 1e-6);
            let exact = quote.total.0 as f64 * share as f64 / 10_000.0;
            prop_assert!((exact - quote.reservation.0 as f64).abs() <= 0.5 + 1e-6);
            prop_assert!(quote.reservation > Cents::ZERO || quote.total.0 * share < 5000);
        }
    }
}
