//! Commercial plans (*plan comercial*): what cars cost in a country, how much reserves one, which services come with it.
//!
//! A plan has versions. A version is never changed: who wants another price publishes another version, and every sale
//! keeps the one it was made with.

pub use super::pricing::{ColourPrice, OptionPrice, PriceList};
use super::pricing::{Included, Terms};
use crate::Caas;
use crate::accounts::Country;
use crate::catalogue::{Market, OfferKind, ServiceStatus, Snapshot};
use crate::expediente::model::{Actor, EntryKind, SubjectKind};
use crate::expediente::{Entry, record};
use crate::kernel::Timestamp;
use crate::kernel::database::{Tx, is_duplicate};
use crate::kernel::error::{Failure, Result};
use crate::kernel::ids::{OfferId, PlanId, PlanVersionId, UserId};
use crate::kernel::locale::{Bilingual, Locale};
use crate::kernel::money::{Cents, Currency};
use sqlx::FromRow;
use sqlx::types::Json;
use std::collections::{BTreeMap, BTreeSet};

/// The paints that the factory has and that can be drawn.
pub const COLOURS: [&str; 8] = ["WHITE", "SILVER", "GREY", "BLACK", "BLUE", "RED", "GREEN", "SAND"];
/// The most that VAT can be, in basis points.
const HIGHEST_VAT: i64 = 3_000;
/// The least that reserves a car, in basis points of its price.
const LEAST_RESERVATION: i64 = 100;
/// The most that reserves a car, in basis points of its price.
const MOST_RESERVATION: i64 = 5_000;
/// More than any car costs, in cents: what is higher was mistyped.
const MOST_CENTS: i64 = 100_000_000;
/// Characters of a code or a name.
const LONGEST: usize = 80;

/// A plan.
#[derive(Debug, Clone, PartialEq, FromRow)]
pub struct Plan {
    /// Its id.
    pub id: PlanId,
    /// Short, for people of ours: CONECTADO-ES.
    pub code: String,
    /// What customers read.
    pub names: Json<Bilingual>,
    /// Where it sells, ISO 3166-1 alpha-2.
    pub country: String,
    /// Whether it is offered for new sales.
    pub active: bool,
    /// When it was made.
    pub created_at: Timestamp,
}

/// A version of a plan.
#[derive(Debug, Clone, PartialEq, FromRow)]
pub struct Version {
    /// Its id.
    pub id: PlanVersionId,
    /// Of which plan.
    pub plan_id: PlanId,
    /// 1, 2, …
    pub version: i64,
    /// What cars cost.
    pub price_list: Json<PriceList>,
    /// What is paid in.
    #[sqlx(try_from = "String")]
    pub currency: Currency,
    /// VAT in basis points.
    pub vat_rate_basis_points: i64,
    /// The señal's share in basis points.
    pub reservation_basis_points: i64,
    /// Offers that come with the car.
    pub included_services: Json<Vec<OfferId>>,
    /// Who published it; nobody for the demo's.
    pub published_by: Option<UserId>,
    /// When.
    pub published_at: Timestamp,
}

impl Version {
    /// The conditions that prices are worked out under.
    pub fn terms(&self, plan: &Plan, catalogue: &Snapshot) -> Terms {
        let market = Market::of_country(&plan.country);
        let included = self.included_services.0.iter().filter_map(|id| {
            let (service, offer) = catalogue.offer(*id)?;
            let in_words = |locale| format!("{} · {}", service.name.get(locale), offer.term(locale));
            let price = market.and_then(|market| offer.price(market)).map(|price| price.amount);
            Some(Included {
                offer: *id,
                names: Bilingual { es: in_words(Locale::Es), en: in_words(Locale::En) },
                worth: price.filter(|money| money.currency == self.currency).map(|money| money.cents),
            })
        });
        Terms {
            plan: plan.code.clone(),
            plan_names: plan.names.0.clone(),
            version: self.version,
            currency: self.currency,
            vat_rate_basis_points: self.vat_rate_basis_points,
            reservation_basis_points: self.reservation_basis_points,
            included: included.collect(),
        }
    }

    /// What this version says, as the start of the next one.
    pub fn draft(&self) -> NewVersion {
        NewVersion {
            price_list: self.price_list.0.clone(),
            currency: self.currency,
            vat_rate_basis_points: self.vat_rate_basis_points,
            reservation_basis_points: self.reservation_basis_points,
            included: self.included_services.0.clone(),
        }
    }
}

/// A version to be published.
#[derive(Debug, Clone, PartialEq)]
pub struct NewVersion {
    /// What cars cost.
    pub price_list: PriceList,
    /// What is paid in.
    pub currency: Currency,
    /// VAT in basis points.
    pub vat_rate_basis_points: i64,
    /// The señal's share in basis points.
    pub reservation_basis_points: i64,
    /// Offers that come with the car.
    pub included: Vec<OfferId>,
}

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
        let reservation = LEAST_RESERVATION..=MOST_RESERVATION;
        note(F::Reservation, P::Reservation, !reservation.contains(&self.reservation_basis_points));
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

fn is_code(text: &str) -> bool {
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

/// A plan to be made.
#[derive(Debug, Clone)]
pub struct NewPlan {
    /// Short, for people of ours; capital letters, digits and hyphens.
    pub code: String,
    /// What customers read.
    pub names: Bilingual,
    /// Where it sells.
    pub country: String,
}

/// Makes a plan without a version: it is offered once it has one and is opened.
pub async fn create(caas: &Caas, by: UserId, new: &NewPlan) -> Result<std::result::Result<PlanId, Problems>> {
    let mut wrong = Vec::new();
    if new.code.is_empty() {
        wrong.push((PlanField::Code, PlanProblem::Missing));
    } else if !is_code(&new.code) {
        wrong.push((PlanField::Code, PlanProblem::Unreadable));
    }
    for (field, name) in [(PlanField::NameEs, &new.names.es), (PlanField::NameEn, &new.names.en)] {
        if name.trim().is_empty() {
            wrong.push((field, PlanProblem::Missing));
        } else if name.chars().count() > LONGEST {
            wrong.push((field, PlanProblem::Unreadable));
        }
    }
    if Country::by_code(&new.country).is_none() {
        wrong.push((PlanField::Country, PlanProblem::UnknownCountry));
    }
    if !wrong.is_empty() {
        return Ok(Err(wrong));
    }
    let mut tx = caas.db.begin().await?;
    let id = match insert(caas, &mut tx, new, false).await {
        Ok(id) => id,
        Err(Failure::Database(error)) if is_duplicate(&error) => {
            return Ok(Err(vec![(PlanField::Code, PlanProblem::Taken)]));
        }
        Err(error) => return Err(error),
    };
    note(caas, &mut tx, Actor::staff(by), id, None, "CLOSED", serde_json::json!({ "code": new.code })).await?;
    tx.commit().await?;
    Ok(Ok(id))
}

/// Publishes the next version of a plan. `None` when there is no such plan.
pub async fn publish(
    caas: &Caas,
    by: UserId,
    plan: PlanId,
    new: &NewVersion,
) -> Result<Option<std::result::Result<i64, Problems>>> {
    let catalogue = caas.catalogue().await?;
    let wrong = new.problems(&catalogue);
    if !wrong.is_empty() {
        return Ok(Some(Err(wrong)));
    }
    let mut tx = caas.db.begin().await?;
    // The plan's row is locked by this: of two who publish at once, the second gets the next number.
    let known = sql!(tx, execute "UPDATE plans SET updated_at = $1 WHERE id = $2", caas.now(), plan)?;
    if known != 1 {
        return Ok(None);
    }
    let number = insert_version(caas, &mut tx, plan, new, Some(by)).await?;
    let data = serde_json::json!({ "version": number });
    let entry = Entry { data, ..Entry::new(None, Actor::staff(by), EntryKind::PlanChanged, SubjectKind::Plan, plan.0) };
    record(caas, &mut tx, entry).await?;
    tx.commit().await?;
    Ok(Some(Ok(number)))
}

/// Offers a plan for new sales, or no longer. Registered sales are untouched. `false` when there is no such plan, or it has
/// no version that could be sold.
pub async fn set_active(caas: &Caas, by: UserId, plan: PlanId, active: bool) -> Result<bool> {
    let mut tx = caas.db.begin().await?;
    let Some(known) = find(&mut tx, plan).await? else { return Ok(false) };
    if active && latest(&mut tx, plan).await?.is_none() {
        return Ok(false);
    }
    if known.active != active {
        sql!(tx, execute "UPDATE plans SET active = $1, updated_at = $2 WHERE id = $3", active, caas.now(), plan)?;
        let word = |open: bool| if open { "OPEN" } else { "CLOSED" };
        let data = serde_json::json!({ "code": known.code });
        note(caas, &mut tx, Actor::staff(by), plan, Some(word(known.active)), word(active), data).await?;
        tx.commit().await?;
    }
    Ok(true)
}

async fn note(
    caas: &Caas,
    tx: &mut Tx,
    by: Actor,
    plan: PlanId,
    before: Option<&'static str>,
    after: &'static str,
    data: serde_json::Value,
) -> Result<()> {
    let entry = Entry {
        before,
        after: Some(after),
        data,
        ..Entry::new(None, by, EntryKind::PlanChanged, SubjectKind::Plan, plan.0)
    };
    record(caas, tx, entry).await
}

/// Writes a plan. For [`create`] and the demo.
pub async fn insert(caas: &Caas, tx: &mut Tx, new: &NewPlan, active: bool) -> Result<PlanId> {
    let (id, now) = (caas.new_id::<PlanId>(), caas.now());
    sql!(tx, execute
        "INSERT INTO plans (id, code, names, country, active, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $6)",
        id, new.code.as_str(), Json(&new.names), new.country.as_str(), active, now)?;
    Ok(id)
}

/// Writes the next version of a plan. For [`publish`] and the demo.
pub async fn insert_version(
    caas: &Caas,
    tx: &mut Tx,
    plan: PlanId,
    new: &NewVersion,
    by: Option<UserId>,
) -> Result<i64> {
    let (last, _) = sql!(
        tx,
        one(i64, i64),
        "SELECT CAST(COALESCE(MAX(version), 0) AS BIGINT), COUNT(*) FROM plan_versions WHERE plan_id = $1",
        plan
    )?;
    let number = last + 1;
    sql!(tx, execute
        "INSERT INTO plan_versions (id, plan_id, version, price_list, currency, vat_rate_basis_points,
                                    reservation_basis_points, included_services, published_by, published_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        caas.new_id::<PlanVersionId>(), plan, number, Json(&new.price_list), new.currency.as_str(),
        new.vat_rate_basis_points, new.reservation_basis_points, Json(&new.included), by, caas.now())?;
    Ok(number)
}

/// Every plan, by country and code.
pub async fn list(tx: &mut Tx) -> Result<Vec<Plan>> {
    Ok(sql!(tx, all Plan, "SELECT id, code, names, country, active, created_at FROM plans ORDER BY country, code")?)
}

/// A plan.
pub async fn find(tx: &mut Tx, id: PlanId) -> Result<Option<Plan>> {
    Ok(sql!(tx, optional Plan, "SELECT id, code, names, country, active, created_at FROM plans WHERE id = $1", id)?)
}

/// A plan's versions, newest first.
pub async fn versions(tx: &mut Tx, plan: PlanId) -> Result<Vec<Version>> {
    Ok(sql!(tx, all Version, "SELECT * FROM plan_versions WHERE plan_id = $1 ORDER BY version DESC LIMIT 200", plan)?)
}

/// The version that new sales are made with; `None` when none was published yet.
pub async fn latest(tx: &mut Tx, plan: PlanId) -> Result<Option<Version>> {
    Ok(sql!(tx, optional Version,
        "SELECT * FROM plan_versions WHERE plan_id = $1 ORDER BY version DESC LIMIT 1", plan)?)
}

/// A version, old or new, and its plan.
pub async fn version(tx: &mut Tx, id: PlanVersionId) -> Result<Option<(Plan, Version)>> {
    let Some(version) = sql!(tx, optional Version, "SELECT * FROM plan_versions WHERE id = $1", id)? else {
        return Ok(None);
    };
    Ok(find(tx, version.plan_id).await?.map(|plan| (plan, version)))
}

/// What is offered in a country now: open plans with their newest versions, by code.
pub async fn active(tx: &mut Tx, country: &str) -> Result<Vec<(Plan, Version)>> {
    let open = sql!(tx, all Plan,
        "SELECT id, code, names, country, active, created_at FROM plans WHERE country = $1 AND active ORDER BY code", country)?;
    let mut offered = Vec::new();
    for plan in open {
        if let Some(version) = latest(tx, plan.id).await? {
            offered.push((plan, version));
        }
    }
    Ok(offered)
}

/// The countries where something is offered now.
pub async fn countries(tx: &mut Tx) -> Result<Vec<&'static Country>> {
    let rows = sql!(
        tx,
        all(String, i64),
        "SELECT country, COUNT(*) FROM plans WHERE active GROUP BY country ORDER BY country"
    )?;
    Ok(rows.iter().filter_map(|(code, _)| Country::by_code(code)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::{Body, VehicleModel};

    fn names(text: &str) -> Bilingual {
        Bilingual { es: text.to_owned(), en: text.to_owned() }
    }

    fn catalogue() -> Snapshot {
        let model = |code: &str| VehicleModel {
            code: code.to_owned(),
            name: code.to_owned(),
            body: Body::Suv,
            description: Bilingual::default(),
        };
        Snapshot::new(1, vec![model("LINCE"), model("TAJO")], Vec::new())
    }

    fn sound() -> NewVersion {
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
        assert_eq!(after(|v| v.reservation_basis_points = 99), [(F::Reservation, P::Reservation)]);
        assert_eq!(after(|v| v.reservation_basis_points = 5001), [(F::Reservation, P::Reservation)]);
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
