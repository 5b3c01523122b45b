//! The gateway's requests, read strictly.

use serde_json::{Map, Value};
use url::Url;

use super::model::{CaptureMode, Initiator, MethodType, PaymentType};
use crate::world::call::Problem;
use crate::world::fields::Fields;
use crate::world::values::Amount;

pub(super) struct OpenSession {
    pub customer_id: String,
    pub return_url: String,
    pub locale: Option<String>,
}

impl OpenSession {
    pub fn read(body: Option<&Value>) -> Result<Self, Problem> {
        let fields = Fields::of(body)?;
        let return_url = fields.string("returnUrl")?;
        // A browser is sent there from our page: only what leads back to a web page.
        let leads_to_a_page = Url::parse(return_url).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
        if !leads_to_a_page {
            return Err(Problem::does_not_fit("returnUrl", "must be an absolute http or https URI"));
        }
        Ok(Self {
            customer_id: fields.string("customerId")?.to_owned(),
            return_url: return_url.to_owned(),
            locale: fields.optional_string("locale")?.map(str::to_owned),
        })
    }
}

pub(super) struct Initiate {
    pub payment_type: PaymentType,
    pub amount: Amount,
    pub capture_mode: CaptureMode,
    pub initiator: Initiator,
    pub method_type: MethodType,
    pub token: String,
    pub metadata: Map<String, Value>,
}

impl Initiate {
    pub fn read(body: Option<&Value>) -> Result<Self, Problem> {
        let fields = Fields::of(body)?;
        let method = fields.object("paymentMethod")?;
        let metadata = fields.object("metadata")?;
        for member in ["customerId", "orderId", "description"] {
            metadata.string(member)?;
        }
        for member in ["vin", "serviceId"] {
            metadata.optional_string(member)?;
        }
        Ok(Self {
            payment_type: fields.word("paymentType")?,
            amount: fields.amount("amount")?,
            capture_mode: fields.word("captureMode")?,
            initiator: fields.word("initiator")?,
            method_type: method.word("type")?,
            token: method.string("token")?.to_owned(),
            metadata: metadata.members().clone(),
        })
    }
}

pub(super) fn capture_amount(body: Option<&Value>) -> Result<Amount, Problem> {
    Fields::of(body)?.amount("amount")
}

pub(super) fn refund_amount_and_reason(body: Option<&Value>) -> Result<(Amount, String), Problem> {
    let fields = Fields::of(body)?;
    Ok((fields.amount("amount")?, fields.string("reason")?.to_owned()))
}
