//! What the customer does on the gateway's own pages.

use chrono::{DateTime, Datelike, Utc};
use serde_json::{Value, json};

use super::model::{DeclineReason, MethodType, PaymentMethod, PaymentStatus, SessionStatus, SetupSession};
use super::requests::OpenSession;
use super::{GatewayWorld, TestCard};
use crate::world::Surroundings;
use crate::world::call::{Answer, Problem};
use crate::world::ids::IdMint;

impl GatewayWorld {
    pub(super) fn open_session(
        &mut self,
        around: &mut Surroundings<'_>,
        body: Option<&Value>,
    ) -> Result<Answer, Problem> {
        let request = OpenSession::read(body)?;
        let session_id = around.ids.mint("ses");
        let session = SetupSession {
            session_id: session_id.clone(),
            status: SessionStatus::Open,
            customer_id: request.customer_id,
            return_url: request.return_url,
            locale: request.locale,
            token: None,
            created: around.now,
        };
        self.sessions.insert(session_id.clone(), session);
        let url = format!("/hosted/setup/{session_id}");
        Ok(Answer::new(201, json!({"sessionId": session_id, "url": url, "status": SessionStatus::Open})))
    }

    pub(super) fn session_outcome(&self, session_id: &str) -> Result<Answer, Problem> {
        let session = self.session(session_id).ok_or_else(|| Problem::unknown("session"))?;
        let mut outcome = json!({"sessionId": session.session_id, "status": session.status});
        let method = session.token.as_deref().and_then(|token| self.method(token));
        if let Some(method) = method {
            outcome["paymentMethod"] = method.to_wire();
        }
        Ok(Answer::ok(outcome))
    }

    /// Keeps a method and gives it a token.
    pub(crate) fn add_method(
        &mut self,
        ids: &mut IdMint,
        customer_id: &str,
        card: TestCard,
        session_id: Option<&str>,
        now: DateTime<Utc>,
    ) -> PaymentMethod {
        let expiry = match (card, card.method_type()) {
            (_, MethodType::BankTransfer) => None,
            (TestCard::Expired, _) => Some((1, now.year() - 1)),
            _ => Some((12, now.year() + 3)),
        };
        let method = PaymentMethod {
            kind: card.method_type(),
            token: ids.mint("pm"),
            brand: card.brand().to_owned(),
            last4: card.last4().to_owned(),
            exp_month: expiry.map(|(month, _)| month),
            exp_year: expiry.map(|(_, year)| year),
            card,
            customer_id: customer_id.to_owned(),
            session_id: session_id.map(str::to_owned),
            authenticated: false,
        };
        self.methods.insert(method.token.clone(), method.clone());
        method
    }

    /// The customer entered a method; returns its token.
    pub(crate) fn complete_session(
        &mut self,
        ids: &mut IdMint,
        session_id: &str,
        card: TestCard,
        now: DateTime<Utc>,
    ) -> Result<String, Problem> {
        let session = self.open_session_of(session_id)?;
        let customer_id = session.customer_id.clone();
        let method = self.add_method(ids, &customer_id, card, Some(session_id), now);
        let session = self.open_session_of(session_id)?;
        session.status = SessionStatus::Completed;
        session.token = Some(method.token.clone());
        Ok(method.token)
    }

    /// The customer turned back.
    ///
    /// # Errors
    /// 404 for an unknown session, 409 `session_closed` for one that is no longer open.
    pub fn abandon_session(&mut self, session_id: &str) -> Result<(), Problem> {
        self.open_session_of(session_id)?.status = SessionStatus::Abandoned;
        Ok(())
    }

    fn open_session_of(&mut self, session_id: &str) -> Result<&mut SetupSession, Problem> {
        let session = self.sessions.get_mut(session_id).ok_or_else(|| Problem::unknown("session"))?;
        if session.status == SessionStatus::Open {
            Ok(session)
        } else {
            Err(Problem::new(409, "session_closed", "this session has ended"))
        }
    }

    /// Whether this payment was declined because the customer has to confirm.
    #[must_use]
    pub fn awaits_authentication(&self, payment_id: &str) -> bool {
        self.payment(payment_id).is_some_and(|payment| {
            payment.status == PaymentStatus::Declined
                && payment.decline_reason == Some(DeclineReason::AuthenticationRequired)
        })
    }

    /// The customer confirms: the next payment with this method passes.
    ///
    /// # Errors
    /// 404 when no payment with this id waits for a confirmation.
    pub fn confirm_authentication(&mut self, payment_id: &str) -> Result<(), Problem> {
        if !self.awaits_authentication(payment_id) {
            return Err(Problem::unknown("authentication"));
        }
        let token = self.payment(payment_id).map(|payment| payment.token.clone()).unwrap_or_default();
        if let Some(method) = self.methods.get_mut(&token) {
            method.authenticated = true;
        }
        Ok(())
    }

    /// The session in which a payment's method was entered.
    #[must_use]
    pub fn session_of_payment(&self, payment_id: &str) -> Option<&SetupSession> {
        let method = self.method(&self.payment(payment_id)?.token)?;
        self.session(method.session_id.as_deref()?)
    }
}
