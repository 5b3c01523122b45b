//! What a plan and its versions may say.

use super::NewVersion;
use crate::catalogue::{OfferKind, ServiceStatus, Snapshot};
use crate::kernel::locale::{Bilingual, Locale};
use crate::kernel::money::Cents;
use crate::sales::pricing::OptionPrice;
use std::collections::BTreeSet;
use std::ops::RangeInclusive;

/// The paints that the factory has and that can be drawn.
pub const COLOURS: [&str; 8] = ["WHITE", "SILVER", "GREY", "BLACK", "BLUE", "RED", "GREEN", "SAND"];
/// The most that VAT can be, in basis points.
const HIGHEST_VAT: i64 = 3_000;
/// What reserves a car, in basis points of its price: something, and never all of it.
pub(super) const RESERVATION: RangeInclusive<i64> = 100..=5_000;
/// More than any car costs, in cents: what is higher was mistyped.
const MOST_CENTS: i64 = 100_000_000;
/// Characters of a code or a name.
pub(super) const LONGEST: usize = 80;

codes! {
    /// A field of the administrators' forms.
    pub enum PlanField {
        /// The plan's code.
        Code = "code",
        /// Its name in Spanish.
        NameEs = "name_es",
        /// Its name in English.
        NameEn = "name_en",
        /// Where it sells.
        Country = "country",
        /// The models and their prices.
        Models = "models",
        /// The options.
        Options = "options",
        /// The colours.
        Colours = "colours",
        /// VAT.
        Vat = "vat",
        /// The señal's share.
        Reservation = "reservation",
        /// The included services.
        Included = "included",
    }
}

codes! {
    /// What is wrong with a plan or a version.
    pub enum PlanProblem {
        /// Nothing was typed.
        Missing = "PLAN_MISSING",
        /// Longer than anything real, or signs that no code has.
        Unreadable = "PLAN_UNREADABLE",
        /// Another plan has this code.
        Taken = "PLAN_CODE_TAKEN",
        /// No country where customers live.
        UnknownCountry = "PLAN_COUNTRY",
        /// A price is not above zero (options and colours: below zero), or too high.
        Price = "PLAN_PRICE",
        /// A model that does not exist, or an option for one that the plan does not sell.
        UnknownModel = "PLAN_MODEL",
        /// A colour that the factory does not have.
        UnknownColour = "PLAN_COLOUR",
        /// The same code twice.
        Twice = "PLAN_TWICE",
        /// VAT is not between 0 and 30 %.
        Vat = "PLAN_VAT",
        /// The señal is not between 1 and 50 %.
        Reservation = "PLAN_RESERVATION",
        /// An offer that does not exist or is a subscription.
        Offer = "PLAN_OFFER",
        /// A service that one of the plan's models can't have.
        OfferModel = "PLAN_OFFER_MODEL",
    }
}

impl PlanProblem {
    /// What is wrong and what to do, in one sentence.
    pub const fn text(self, locale: Locale) -> &'static str {
        match self {
            PlanProblem::Missing => locale.t("Falta este dato.", "This is missing."),
            PlanProblem::Unreadable => locale.t(
                "No se entiende. Revisa el formato que se indica encima.",
                "This can't be read. See the format described above.",
            ),
            PlanProblem::Taken => {
                locale.t("Otro plan ya tiene este código.", "Another plan has this code already.")
            }
            PlanProblem::UnknownCountry => locale.t("Elige uno de los países.", "Choose one of the countries."),
            PlanProblem::Price => locale.t(
                "Un precio no es válido: el de un modelo tiene que ser mayor que cero, los demás no pueden ser negativos.",
                "A price is not valid: a model's must be above zero, the others can't be negative.",
            ),
            PlanProblem::UnknownModel => locale.t(
                "Hay un modelo que no existe o que este plan no vende.",
                "There is a model that does not exist or that this plan does not sell.",
            ),
            PlanProblem::UnknownColour => locale.t(
                "Hay un color que la fábrica no tiene: WHITE, SILVER, GREY, BLACK, BLUE, RED, GREEN o SAND.",
                "There is a colour the factory does not have: WHITE, SILVER, GREY, BLACK, BLUE, RED, GREEN or SAND.",
            ),
            PlanProblem::Twice => locale.t("Hay un código repetido.", "A code stands there twice."),
            PlanProblem::Vat => locale.t("El IVA va de 0 a 30 %.", "VAT goes from 0 to 30 %."),
            PlanProblem::Reservation => {
                locale.t("La señal va de 1 a 50 % del precio.", "The reservation goes from 1 to 50 % of the price.")
            }
            PlanProblem::Offer => locale.t(
                "Solo se incluyen servicios temporales o permanentes que se vendan hoy.",
                "Only temporary or permanent services that are sold today can be included.",
            ),
            PlanProblem::OfferModel => locale.t(
                "Uno de los servicios no sirve para todos los modelos del plan.",
                "One of the services does not fit every model of the plan.",
            ),
        }
    }
}

/// What is wrong with which field.
pub type Problems = Vec<(PlanField, PlanProblem)>;

impl NewVersion {
    /// What forbids publishing it.
    pub fn problems(&self, catalogue: &Snapshot) -> Problems {
        use PlanField as F;
        use PlanProblem as P;
        let list = &self.price_list;
        let mut found = Vec::new();
        let mut note = |field, problem, is_wrong: bool| {
            if is_wrong && !found.iter().any(|(known, _)| *known == field) {
                found.push((field, problem));
            }
        };
        let price = |cents: Cents| (0..=MOST_CENTS).contains(&cents.0);
        note(F::Models, P::Missing, list.models.is_empty());
        note(F::Models, P::UnknownModel, list.models.keys().any(|code| catalogue.model(code).is_none()));
        note(F::Models, P::Price, list.models.values().any(|cents| cents.0 == 0 || !price(*cents)));
        note(F::Options, P::Price, list.options.iter().any(|option| !price(option.price)));
        note(F::Options, P::Unreadable, list.options.iter().any(|one| !is_code(&one.code) || !are_names(&one.names)));
        note(F::Options, P::Twice, is_twice(list.options.iter().map(|option| &option.code)));
        let is_sold = |code: &String| list.models.contains_key(code);
        let fits = |option: &OptionPrice| !option.models.is_empty() && option.models.iter().all(is_sold);
        note(F::Options, P::UnknownModel, !list.options.iter().all(fits));
        note(F::Colours, P::Missing, list.colours.is_empty());
        note(F::Colours, P::UnknownColour, list.colours.iter().any(|one| !COLOURS.contains(&one.code.as_str())));
        note(F::Colours, P::Price, list.colours.iter().any(|colour| !price(colour.price)));
        note(F::Colours, P::Unreadable, list.colours.iter().any(|colour| !are_names(&colour.names)));
        note(F::Colours, P::Twice, is_twice(list.colours.iter().map(|colour| &colour.code)));
        note(F::Vat, P::Vat, !(0..=HIGHEST_VAT).contains(&self.vat_rate_basis_points));
        note(F::Reservation, P::Reservation, !RESERVATION.contains(&self.reservation_basis_points));
        note(F::Included, P::Twice, is_twice(self.included.iter()));
        for id in &self.included {
            let known = catalogue.offer(*id).filter(|(service, offer)| {
                service.status == ServiceStatus::Active && offer.kind != OfferKind::Subscription
            });
            note(F::Included, P::Offer, known.is_none());
            if let Some((service, _)) = known {
                note(F::Included, P::OfferModel, !list.models.keys().all(|model| service.models.contains(model)));
            }
        }
        found
    }
}

pub(super) fn is_code(text: &str) -> bool {
    let sound = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_' || c == '-';
    !text.is_empty() && text.len() <= LONGEST && text.chars().all(sound)
}

fn are_names(names: &Bilingual) -> bool {
    [&names.es, &names.en].into_iter().all(|name| !name.trim().is_empty() && name.chars().count() <= LONGEST)
}

fn is_twice<T: Ord>(mut all: impl Iterator<Item = T>) -> bool {
    let mut seen = BTreeSet::new();
    !all.all(|one| seen.insert(one))
}

#[cfg(test)]
mod tests {
    use super::super::testing::sound;
    use super::*;
    use crate::catalogue::{Body, VehicleModel};
    use crate::kernel::ids::OfferId;

    fn catalogue() -> Snapshot {
        let model = |code: &str| VehicleModel {
            code: code.to_owned(),
            name: code.to_owned(),
            body: Body::Suv,
            description: Bilingual::default(),
        };
        Snapshot::new(1, vec![model("LINCE"), model("TAJO")], Vec::new())
    }

    /// What is found after a change of a sound version.
    fn after(change: impl FnOnce(&mut NewVersion)) -> Problems {
        let mut version = sound();
        change(&mut version);
        version.problems(&catalogue())
    }

    #[test]
    fn a_version_is_published_only_when_all_of_it_can_be_sold() {
        use PlanField as F;
        use PlanProblem as P;
        assert_eq!(after(|_| ()), []);
        assert_eq!(after(|v| v.vat_rate_basis_points = 3001), [(F::Vat, P::Vat)]);
        assert_eq!(after(|v| v.vat_rate_basis_points = -1), [(F::Vat, P::Vat)]);
        assert_eq!(after(|v| v.vat_rate_basis_points = 0), []);
        for share in [-1, 0, 99, 5_001, 10_000] {
            assert_eq!(after(|v| v.reservation_basis_points = share), [(F::Reservation, P::Reservation)], "{share}");
        }
        assert_eq!(after(|v| v.included.push(OfferId(uuid::Uuid::nil()))), [(F::Included, P::Offer)]);
        let sells = |model: &str, cents: i64| {
            after(|v| {
                v.price_list.models.insert(model.to_owned(), Cents(cents));
            })
        };
        let price = |cents: i64| sells("LINCE", cents);
        assert_eq!(price(0), [(F::Models, P::Price)]);
        assert_eq!(price(-1), [(F::Models, P::Price)]);
        assert_eq!(price(MOST_CENTS + 1), [(F::Models, P::Price)]);
        assert_eq!(after(|v| v.price_list.models.clear())[0], (F::Models, P::Missing));
        assert_eq!(sells("NADA", 1), [(F::Models, P::UnknownModel)]);
        assert_eq!(after(|v| v.price_list.options[0].price = Cents(-1)), [(F::Options, P::Price)]);
        assert_eq!(
            after(|v| v.price_list.options[0].models = vec!["TAJO".to_owned()]),
            [(F::Options, P::UnknownModel)]
        );
        assert_eq!(after(|v| v.price_list.options[0].models.clear()), [(F::Options, P::UnknownModel)]);
        assert_eq!(after(|v| v.price_list.options[0].code = "ro of".to_owned()), [(F::Options, P::Unreadable)]);
        assert_eq!(after(|v| v.price_list.options.push(v.price_list.options[0].clone())), [(F::Options, P::Twice)]);
        assert_eq!(after(|v| v.price_list.colours[0].code = "PINK".to_owned()), [(F::Colours, P::UnknownColour)]);
        assert_eq!(after(|v| v.price_list.colours.clear()), [(F::Colours, P::Missing)]);
    }
}
