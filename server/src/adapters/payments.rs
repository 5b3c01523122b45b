//! The payment gateway over HTTP (contract `payment-gateway`).

use super::http::{Answer, CallError, Client, NO_BODY, OutsideSystem, Request, SetupError};
use super::wire::{Amount, Time, shortened};
use async_trait::async_trait;
use caas::kernel::money::{Cents, Currency, Money};
use caas::payments::model::{DeclineReason, MethodKind, ReportKind, ReportStatus};
use caas::payments::port::{
    GatewayError, GatewayMethod, GatewayPayment, GatewayRefund, GatewayStatus, PaymentGateway, PaymentRequest,
    PaymentType, ReportLine, SetupOutcome, SetupRequest, SetupSession,
};
use chrono::NaiveDate;
use reqwest::Method;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// How long the gateway may take for an answer when nothing else is set.
pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(10);

/// How long it may take for the report of a day, which no page waits for.
const REPORT_TIMEOUT: Duration = Duration::from_secs(60);

/// The largest report that is read: some 200,000 lines.
const LARGEST_REPORT: usize = 64 * 1024 * 1024;

/// The gateway of another company, or the sandbox's.
pub struct HttpPaymentGateway {
    client: Client,
    timeout: Duration,
}

impl HttpPaymentGateway {
    /// The gateway at this address; every call ends after `timeout`.
    ///
    /// # Errors
    /// When the address or the token can't be used.
    pub fn new(system: &OutsideSystem, timeout: Duration) -> Result<HttpPaymentGateway, SetupError> {
        Ok(HttpPaymentGateway { client: Client::new(system)?, timeout })
    }

    async fn get(
        &self,
        operation: &'static str,
        path: &[&str],
        query: Option<(&str, &str)>,
    ) -> Result<Answer, GatewayError> {
        let request = Request {
            operation,
            method: Method::GET,
            path,
            query,
            idempotency_key: None,
            body: NO_BODY,
            timeout: self.timeout,
        };
        Ok(self.client.call(request).await?)
    }

    async fn post<B: Serialize>(
        &self,
        operation: &'static str,
        path: &[&str],
        key: &str,
        body: Option<&B>,
    ) -> Result<Answer, GatewayError> {
        let request = Request {
            operation,
            method: Method::POST,
            path,
            query: None,
            idempotency_key: Some(key),
            body,
            timeout: self.timeout,
        };
        Ok(self.client.call(request).await?)
    }
}

#[async_trait]
impl PaymentGateway for HttpPaymentGateway {
    async fn create_setup_session(&self, request: &SetupRequest, key: &str) -> Result<SetupSession, GatewayError> {
        let body = wire::OpenSession {
            customer_id: request.customer.to_string(),
            return_url: &request.return_url,
            locale: request.locale.as_str(),
        };
        let answer = self.post("payments.open_setup_session", &["setup-sessions"], key, Some(&body)).await?;
        let session: wire::OpenedSession = expect(&answer, 201)?;
        if session.status != wire::SessionStatus::Open {
            return Err(GatewayError::NoAnswer("the new session is not open".to_owned()));
        }
        // A browser is sent there: only to a web page.
        let leads_to_a_page =
            url::Url::parse(&session.url).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
        if !leads_to_a_page {
            return Err(GatewayError::NoAnswer("the hosted page's address can't be used".to_owned()));
        }
        Ok(SetupSession { session_id: session.session_id, url: session.url })
    }

    async fn setup_session(&self, session_id: &str) -> Result<SetupOutcome, GatewayError> {
        let answer = self.get("payments.setup_session", &["setup-sessions", session_id], None).await?;
        if answer.status == 404 {
            return Ok(SetupOutcome::Abandoned);
        }
        let session: wire::Session = expect(&answer, 200)?;
        if session.session_id != session_id {
            return Err(another("session"));
        }
        match (session.status, session.payment_method) {
            (wire::SessionStatus::Open, _) => Ok(SetupOutcome::Open),
            (wire::SessionStatus::Abandoned, _) => Ok(SetupOutcome::Abandoned),
            (wire::SessionStatus::Completed, Some(method)) => Ok(SetupOutcome::Completed(method.into())),
            (wire::SessionStatus::Completed, None) => {
                Err(GatewayError::NoAnswer("a completed session without a payment method".to_owned()))
            }
        }
    }

    async fn initiate(&self, request: &PaymentRequest, key: &str) -> Result<GatewayPayment, GatewayError> {
        let answer = self
            .post("payments.initiate", &["payments", "initiate"], key, Some(&wire::Initiate::from(request)))
            .await?;
        payment(expect(&answer, 201)?, Some(request.amount.currency), None)
    }

    async fn find_by_key(&self, key: &str) -> Result<Option<GatewayPayment>, GatewayError> {
        let answer = self.get("payments.find_by_key", &["payments"], Some(("idempotencyKey", key))).await?;
        if answer.status == 404 {
            return Ok(None);
        }
        payment(expect(&answer, 200)?, None, None).map(Some)
    }

    async fn payment(&self, gateway_payment_id: &str) -> Result<GatewayPayment, GatewayError> {
        let answer = self.get("payments.payment", &["payments", gateway_payment_id], None).await?;
        payment(expect(&answer, 200)?, None, Some(gateway_payment_id))
    }

    async fn capture(
        &self,
        gateway_payment_id: &str,
        amount: Money,
        key: &str,
    ) -> Result<GatewayPayment, GatewayError> {
        let body = wire::Capture { amount: amount.into() };
        let answer =
            self.post("payments.capture", &["payments", gateway_payment_id, "capture"], key, Some(&body)).await?;
        payment(expect(&answer, 200)?, Some(amount.currency), Some(gateway_payment_id))
    }

    async fn cancel(&self, gateway_payment_id: &str, key: &str) -> Result<GatewayPayment, GatewayError> {
        let answer = self.post("payments.cancel", &["payments", gateway_payment_id, "cancel"], key, NO_BODY).await?;
        payment(expect(&answer, 200)?, None, Some(gateway_payment_id))
    }

    async fn refund(
        &self,
        gateway_payment_id: &str,
        amount: Money,
        reason: &str,
        key: &str,
    ) -> Result<GatewayRefund, GatewayError> {
        let body = wire::RefundRequest { amount: amount.into(), reason };
        let answer =
            self.post("payments.refund", &["payments", gateway_payment_id, "refund"], key, Some(&body)).await?;
        let refund: wire::Refund = expect(&answer, 200)?;
        if refund.payment_id != gateway_payment_id {
            return Err(another("payment"));
        }
        if refund.amount.money() != Some(amount) {
            return Err(GatewayError::NoAnswer("the answer names another amount".to_owned()));
        }
        Ok(GatewayRefund { refund_id: refund.refund_id, done: refund.status == wire::RefundStatus::Refunded })
    }

    async fn settlement_report(&self, day: NaiveDate) -> Result<Vec<ReportLine>, GatewayError> {
        let day = day.to_string();
        let request = Request {
            operation: "payments.settlement_report",
            method: Method::GET,
            path: &["settlements", &day],
            query: None,
            idempotency_key: None,
            body: NO_BODY,
            timeout: REPORT_TIMEOUT,
        };
        let answer = self.client.call_for(request, LARGEST_REPORT).await?;
        let report: wire::Report = expect(&answer, 200)?;
        if report.date != day {
            return Err(another("day"));
        }
        report.entries.into_iter().map(report_line).collect()
    }
}

/// The body of the answer the contract names for success; every other answer is an error.
fn expect<T: serde::de::DeserializeOwned>(answer: &Answer, status: u16) -> Result<T, GatewayError> {
    // A payment found by its key again may be told as 200 where the first answer was 201, and the other way round.
    if answer.status == status || matches!(answer.status.as_u16(), 200 | 201) {
        return answer.read().map_err(GatewayError::NoAnswer);
    }
    Err(refusal(answer))
}

/// What an answer other than success says.
fn refusal(answer: &Answer) -> GatewayError {
    let status = answer.status;
    let problem = answer.problem();
    let code = problem.as_ref().and_then(|problem| problem.code.as_deref()).map(shortened);
    match status.as_u16() {
        402 => match problem {
            Some(problem) if code.as_deref() == Some("declined") => GatewayError::Declined {
                payment_id: problem.payment_id,
                // That the bank said no is certain; a reason this version does not know is told as none.
                reason: problem
                    .decline_reason
                    .and_then(|reason| reason.parse().ok())
                    .unwrap_or(DeclineReason::DoNotHonor),
                authentication_url: problem.authentication_url,
            },
            _ => GatewayError::NoAnswer("the decline can't be read".to_owned()),
        },
        // Which of its several meanings a conflict has is told by the code alone.
        409 => match code {
            Some(code) => GatewayError::Refused { code },
            None => GatewayError::NoAnswer("the refusal can't be read".to_owned()),
        },
        401 | 403 => GatewayError::Unavailable("the token is not accepted".to_owned()),
        429 | 503 => GatewayError::Unavailable(format!("answered {status}")),
        404 => GatewayError::Refused { code: code.unwrap_or_else(|| "not_found".to_owned()) },
        400..=499 => GatewayError::Refused { code: code.unwrap_or_else(|| "invalid_request".to_owned()) },
        _ => GatewayError::NoAnswer(format!("answered {status}")),
    }
}

impl From<CallError> for GatewayError {
    fn from(error: CallError) -> GatewayError {
        match error {
            CallError::NotSent(why) => GatewayError::Unavailable(why),
            CallError::NoAnswer(why) => GatewayError::NoAnswer(why),
        }
    }
}

/// A line of a report as the port has it; its amounts must be amounts, and of one currency.
fn report_line(line: wire::ReportEntry) -> Result<ReportLine, GatewayError> {
    let unreadable = || GatewayError::NoAnswer("an amount of the report can't be read".to_owned());
    let amount = line.amount.money().ok_or_else(unreadable)?;
    let fees = match line.fees {
        None => None,
        Some(fees) => {
            let fees = fees.money().filter(|fees| fees.currency == amount.currency).ok_or_else(unreadable)?;
            Some(fees.cents)
        }
    };
    Ok(ReportLine {
        gateway_payment_id: line.payment_id,
        kind: line.kind,
        status: line.status,
        amount,
        fees,
        bank_reference: line.bank_transaction_id.as_deref().map(shortened),
        failure_reason: line.failure_reason.as_deref().map(shortened),
    })
}

fn another(what: &str) -> GatewayError {
    GatewayError::NoAnswer(format!("the answer is about another {what}"))
}

/// A payment as the port has it; its amounts must be amounts, of one currency, and of the one asked for.
fn payment(
    wire: wire::Payment,
    currency: Option<Currency>,
    asked_for: Option<&str>,
) -> Result<GatewayPayment, GatewayError> {
    if asked_for.is_some_and(|id| id != wire.payment_id) {
        return Err(another("payment"));
    }
    let not_an_amount = || GatewayError::NoAnswer("an amount of the answer can't be read".to_owned());
    let amount = wire.amount.money().ok_or_else(not_an_amount)?;
    let part = |part: Option<Amount>| match part {
        None => Ok(Cents::ZERO),
        Some(part) => part.money().filter(|p| p.currency == amount.currency).map(|p| p.cents).ok_or_else(not_an_amount),
    };
    if currency.is_some_and(|currency| currency != amount.currency) {
        return Err(GatewayError::NoAnswer("the answer is in another currency".to_owned()));
    }
    let Time(_) = wire.timestamp;
    Ok(GatewayPayment {
        payment_id: wire.payment_id,
        status: wire.status.into(),
        amount,
        captured: part(wire.captured_amount)?,
        refunded: part(wire.refunded_amount)?,
        capture_before: wire.capture_before.map(|time| time.0),
        decline_reason: wire.decline_reason,
    })
}

/// The contract's forms.
mod wire {
    use super::{Amount, DeclineReason, Deserialize, GatewayMethod, GatewayStatus, MethodKind, PaymentRequest};
    use super::{PaymentType, ReportKind, ReportStatus, Serialize, Time};

    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    pub struct OpenSession<'a> {
        pub customer_id: String,
        pub return_url: &'a str,
        pub locale: &'a str,
    }

    #[derive(Deserialize, PartialEq)]
    #[serde(rename_all = "SCREAMING_SNAKE_CASE")]
    pub enum SessionStatus {
        Open,
        Completed,
        Abandoned,
    }

    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    pub struct OpenedSession {
        pub session_id: String,
        pub url: String,
        pub status: SessionStatus,
    }

    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    pub struct Session {
        pub session_id: String,
        pub status: SessionStatus,
        pub payment_method: Option<Method>,
    }

    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    pub struct Method {
        #[serde(rename = "type")]
        kind: MethodKind,
        token: String,
        brand: Option<String>,
        last4: Option<String>,
        exp_month: Option<i64>,
        exp_year: Option<i64>,
    }

    impl From<Method> for GatewayMethod {
        fn from(method: Method) -> GatewayMethod {
            GatewayMethod {
                kind: method.kind,
                token: method.token,
                brand: method.brand,
                last4: method.last4,
                exp_month: method.exp_month,
                exp_year: method.exp_year,
            }
        }
    }

    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    pub struct Initiate<'a> {
        payment_type: &'static str,
        amount: Amount,
        capture_mode: &'static str,
        initiator: &'static str,
        payment_method: MethodRef<'a>,
        metadata: Metadata<'a>,
    }

    #[derive(Serialize)]
    struct MethodRef<'a> {
        #[serde(rename = "type")]
        kind: MethodKind,
        token: &'a str,
    }

    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Metadata<'a> {
        customer_id: String,
        order_id: &'a str,
        description: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        vin: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        service_id: Option<&'a str>,
    }

    impl<'a> From<&'a PaymentRequest> for Initiate<'a> {
        fn from(request: &'a PaymentRequest) -> Initiate<'a> {
            Initiate {
                payment_type: match request.payment_type {
                    PaymentType::Reservation => "RESERVATION",
                    PaymentType::Final => "FINAL",
                    PaymentType::Service => "SERVICE",
                    PaymentType::Subscription => "SUBSCRIPTION",
                },
                amount: request.amount.into(),
                capture_mode: if request.manual_capture { "MANUAL" } else { "AUTOMATIC" },
                initiator: if request.customer_initiated { "CUSTOMER" } else { "MERCHANT" },
                payment_method: MethodRef { kind: request.method_kind, token: &request.method_token },
                metadata: Metadata {
                    customer_id: request.customer.to_string(),
                    order_id: &request.order_id,
                    description: &request.description,
                    vin: request.vin.as_deref(),
                    service_id: request.service_code.as_deref(),
                },
            }
        }
    }

    #[derive(Serialize)]
    pub struct Capture {
        pub amount: Amount,
    }

    #[derive(Serialize)]
    pub struct RefundRequest<'a> {
        pub amount: Amount,
        pub reason: &'a str,
    }

    #[derive(Deserialize, PartialEq)]
    #[serde(rename_all = "SCREAMING_SNAKE_CASE")]
    pub enum RefundStatus {
        Pending,
        Refunded,
    }

    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    pub struct Refund {
        pub refund_id: String,
        pub payment_id: String,
        pub status: RefundStatus,
        pub amount: Amount,
    }

    #[derive(Deserialize)]
    #[serde(rename_all = "SCREAMING_SNAKE_CASE")]
    pub enum Status {
        Initiated,
        Processing,
        Authorized,
        Captured,
        Cancelled,
        Expired,
        Declined,
        PartiallyRefunded,
        Refunded,
    }

    impl From<Status> for GatewayStatus {
        fn from(status: Status) -> GatewayStatus {
            match status {
                Status::Initiated => GatewayStatus::Initiated,
                Status::Processing => GatewayStatus::Processing,
                Status::Authorized => GatewayStatus::Authorized,
                Status::Captured => GatewayStatus::Captured,
                Status::Cancelled => GatewayStatus::Cancelled,
                Status::Expired => GatewayStatus::Expired,
                Status::Declined => GatewayStatus::Declined,
                Status::PartiallyRefunded => GatewayStatus::PartiallyRefunded,
                Status::Refunded => GatewayStatus::Refunded,
            }
        }
    }

    #[derive(Deserialize)]
    pub struct Report {
        pub date: String,
        pub entries: Vec<ReportEntry>,
    }

    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    pub struct ReportEntry {
        pub payment_id: String,
        pub kind: ReportKind,
        pub status: ReportStatus,
        pub amount: Amount,
        pub fees: Option<Amount>,
        pub bank_transaction_id: Option<String>,
        pub failure_reason: Option<String>,
    }

    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    pub struct Payment {
        pub payment_id: String,
        pub status: Status,
        pub amount: Amount,
        pub captured_amount: Option<Amount>,
        pub refunded_amount: Option<Amount>,
        pub capture_before: Option<Time>,
        pub decline_reason: Option<DeclineReason>,
        /// Required by the contract; the books keep our own clock's times.
        pub timestamp: Time,
    }
}
