//! The national registration bodies as the business sees them (contract `registration`): one port for all countries.

use crate::kernel::Timestamp;
use crate::sales::model::{Address, Owner};
use async_trait::async_trait;

/// Plates and papers.
#[async_trait]
pub trait RegistrationBodies: Send + Sync + 'static {
    /// Submits a registration (ES and FR answer at once, GB later). The same key is the same submission.
    async fn submit(
        &self,
        country: &str,
        request: &RegistrationRequest,
        key: &str,
    ) -> Result<RegistrationAnswer, RegistrationError>;

    /// How a registration stands; `None` when the body knows none.
    async fn registration(
        &self,
        country: &str,
        registration_id: &str,
    ) -> Result<Option<RegistrationAnswer>, RegistrationError>;

    /// DE: opens a dossier. Its number is what staff take to the office.
    async fn open_dossier(
        &self,
        country: &str,
        request: &RegistrationRequest,
        key: &str,
    ) -> Result<String, RegistrationError>;
}

/// What is submitted.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub struct RegistrationRequest {
    /// Our reference.
    pub reference: String,
    /// The vehicle.
    pub vehicle: VehicleData,
    /// Whom the papers name.
    pub owner: Owner,
    /// Where the owner lives.
    pub address: Address,
    /// YYYY-MM-DD of the sale.
    pub purchase_date: String,
    /// The price, VAT included.
    pub price: crate::kernel::money::Money,
    /// The dealership's id.
    pub dealership: String,
    /// Our invoice's reference.
    pub invoice: String,
    /// Papers: kind and our reference.
    pub documents: Vec<(String, String)>,
}

/// The technical data that the papers name.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub struct VehicleData {
    /// Its 17 characters.
    pub vin: String,
    /// The maker.
    pub make: String,
    /// The model's name.
    pub model: String,
    /// Year of manufacture.
    pub year: i64,
    /// PETROL, DIESEL, ELECTRIC, HYBRID.
    pub engine_type: String,
    /// CO2 in g/km.
    pub emissions: f64,
    /// Power in kW; horse power is worked out.
    pub kw: f64,
    /// In kg.
    pub weight: f64,
    /// Exterior colour.
    pub colour: String,
}

codes! {
    /// What a body says.
    pub enum BodyVerdict {
        /// It is still looking.
        UnderReview = "UNDER_REVIEW",
        /// Done.
        Approved = "APPROVED",
        /// Something is missing.
        AdditionalInfoRequired = "ADDITIONAL_INFO_REQUIRED",
        /// No.
        Rejected = "REJECTED",
    }
}

/// Why something is missing or refused.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct BodyReason {
    /// The member it is about.
    #[serde(default)]
    pub field: String,
    /// The body's code.
    #[serde(default)]
    pub code: String,
    /// In the body's words.
    #[serde(default)]
    pub message: String,
}

/// A registration as the body tells it.
#[derive(Debug, Clone)]
pub struct RegistrationAnswer {
    /// The body's id of it; none with a refusal at once (422).
    pub registration_id: Option<String>,
    /// Its verdict.
    pub verdict: BodyVerdict,
    /// Once approved.
    pub plate: Option<String>,
    /// YYYY-MM-DD, once approved.
    pub registration_date: Option<String>,
    /// Why not.
    pub reasons: Vec<BodyReason>,
}

/// A message of a body that answers later (contract `caas-webhooks`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegistrationNotice {
    /// The body's id of the registration.
    pub registration_id: String,
    /// Its verdict.
    pub verdict: BodyVerdict,
    /// Once approved.
    pub plate: Option<String>,
    /// YYYY-MM-DD, once approved.
    pub registration_date: Option<String>,
    /// Why not.
    pub reasons: Vec<BodyReason>,
    /// When, by the body's clock.
    pub at: Timestamp,
}

/// Why a request brought no result.
#[derive(Debug, thiserror::Error)]
pub enum RegistrationError {
    /// The body understood and refuses for another reason than the vehicle's papers.
    #[error("refused: {code}")]
    Refused {
        /// The `code` of its problem document.
        code: String,
    },
    /// This country has no such API.
    #[error("no API")]
    NoApi,
    /// Not executed for certain.
    #[error("unavailable: {0}")]
    Unavailable(String),
    /// No answer, or one that can't be read: it may have been executed. The same key is asked again.
    #[error("no answer: {0}")]
    NoAnswer(String),
}

impl RegistrationError {
    /// Whether the body's system itself failed.
    pub fn is_outage(&self) -> bool {
        matches!(self, RegistrationError::Unavailable(_) | RegistrationError::NoAnswer(_))
    }
}
