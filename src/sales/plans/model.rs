//! Plans and their versions.

use super::PriceList;
use crate::catalogue::{Market, Snapshot};
use crate::kernel::Timestamp;
use crate::kernel::ids::{OfferId, PlanId, PlanVersionId, UserId};
use crate::kernel::locale::{Bilingual, Locale};
use crate::kernel::money::Currency;
use crate::sales::pricing::{Included, Terms};
use sqlx::FromRow;
use sqlx::types::Json;

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
