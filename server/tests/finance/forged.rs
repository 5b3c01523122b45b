//! A gateway whose reports say what a test wants.

use crate::support::TestApp;
use async_trait::async_trait;
use caas::kernel::money::Money;
use caas::payments::port::{
    GatewayError, GatewayPayment, GatewayRefund, PaymentGateway, PaymentRequest, ReportLine, SetupOutcome,
    SetupRequest, SetupSession,
};
use chrono::NaiveDate;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

type Edit = dyn Fn(NaiveDate, Vec<ReportLine>) -> Result<Vec<ReportLine>, GatewayError> + Send + Sync;

/// The played gateway with other reports.
pub struct Forged {
    real: Arc<dyn PaymentGateway>,
    edit: Box<Edit>,
    truthful: AtomicBool,
}

impl Forged {
    /// Puts it between the platform and the played gateway.
    pub fn put_in(
        app: &mut TestApp,
        edit: impl Fn(NaiveDate, Vec<ReportLine>) -> Result<Vec<ReportLine>, GatewayError> + Send + Sync + 'static,
    ) -> Arc<Forged> {
        let real = app.caas().gateway.clone();
        let forged = Arc::new(Forged { real, edit: Box::new(edit), truthful: AtomicBool::new(false) });
        let gateway = forged.clone();
        app.put_in(move |parts| parts.gateway = gateway);
        forged
    }

    /// From now on reports are what the gateway says.
    pub fn tell_the_truth(&self) {
        self.truthful.store(true, Ordering::SeqCst);
    }
}

#[async_trait]
impl PaymentGateway for Forged {
    async fn create_setup_session(&self, request: &SetupRequest, key: &str) -> Result<SetupSession, GatewayError> {
        self.real.create_setup_session(request, key).await
    }

    async fn setup_session(&self, session_id: &str) -> Result<SetupOutcome, GatewayError> {
        self.real.setup_session(session_id).await
    }

    async fn initiate(&self, request: &PaymentRequest, key: &str) -> Result<GatewayPayment, GatewayError> {
        self.real.initiate(request, key).await
    }

    async fn find_by_key(&self, key: &str) -> Result<Option<GatewayPayment>, GatewayError> {
        self.real.find_by_key(key).await
    }

    async fn payment(&self, id: &str) -> Result<GatewayPayment, GatewayError> {
        self.real.payment(id).await
    }

    async fn capture(&self, id: &str, amount: Money, key: &str) -> Result<GatewayPayment, GatewayError> {
        self.real.capture(id, amount, key).await
    }

    async fn cancel(&self, id: &str, key: &str) -> Result<GatewayPayment, GatewayError> {
        self.real.cancel(id, key).await
    }

    async fn refund(&self, id: &str, amount: Money, reason: &str, key: &str) -> Result<GatewayRefund, GatewayError> {
        self.real.refund(id, amount, reason, key).await
    }

    async fn settlement_report(&self, day: NaiveDate) -> Result<Vec<ReportLine>, GatewayError> {
        let lines = self.real.settlement_report(day).await?;
        if self.truthful.load(Ordering::SeqCst) { Ok(lines) } else { (self.edit)(day, lines) }
    }
}
