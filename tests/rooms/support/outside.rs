//! Outside systems of tests that need none: they are not there. Mail is kept.

use async_trait::async_trait;
use caas::activation::port::{ActivateCommand, CommandAnswer, IotApi, IotError, VehicleStatus};
use caas::kernel::money::Money;
use caas::notifications::port::{
    DeliveryError, Email, Mailer, PushDevice, PushMessage, PushSender, SmsSender, TextMessage,
};
use caas::payments::port::{
    GatewayError, GatewayPayment, GatewayRefund, PaymentGateway, PaymentRequest, SetupOutcome, SetupRequest,
    SetupSession,
};
use std::sync::Mutex;

/// Keeps what was sent.
#[derive(Default)]
pub struct Mailbox(Mutex<Vec<Email>>);

impl Mailbox {
    /// Empties the box.
    pub fn take(&self) -> Vec<Email> {
        std::mem::take(&mut self.0.lock().expect("no panic under this lock"))
    }
}

#[async_trait]
impl Mailer for Mailbox {
    async fn send(&self, email: &Email) -> Result<(), DeliveryError> {
        self.0.lock().expect("no panic under this lock").push(email.clone());
        Ok(())
    }
}

/// Telephones and browsers that take everything.
pub struct NoPhones;

#[async_trait]
impl SmsSender for NoPhones {
    async fn send(&self, _: &TextMessage) -> Result<(), DeliveryError> {
        Ok(())
    }
}

#[async_trait]
impl PushSender for NoPhones {
    fn public_key(&self) -> &str {
        ""
    }

    fn accepts(&self, _: &str) -> bool {
        true
    }

    async fn send(&self, _: &PushDevice, _: &PushMessage) -> Result<(), DeliveryError> {
        Ok(())
    }
}

/// A payment gateway that is down.
pub struct NoGateway;

fn no_gateway<T>() -> Result<T, GatewayError> {
    Err(GatewayError::Unavailable("this test has no gateway".to_owned()))
}

#[async_trait]
impl PaymentGateway for NoGateway {
    async fn create_setup_session(&self, _: &SetupRequest, _: &str) -> Result<SetupSession, GatewayError> {
        no_gateway()
    }

    async fn setup_session(&self, _: &str) -> Result<SetupOutcome, GatewayError> {
        no_gateway()
    }

    async fn initiate(&self, _: &PaymentRequest, _: &str) -> Result<GatewayPayment, GatewayError> {
        no_gateway()
    }

    async fn find_by_key(&self, _: &str) -> Result<Option<GatewayPayment>, GatewayError> {
        no_gateway()
    }

    async fn payment(&self, _: &str) -> Result<GatewayPayment, GatewayError> {
        no_gateway()
    }

    async fn capture(&self, _: &str, _: Money, _: &str) -> Result<GatewayPayment, GatewayError> {
        no_gateway()
    }

    async fn cancel(&self, _: &str, _: &str) -> Result<GatewayPayment, GatewayError> {
        no_gateway()
    }

    async fn refund(&self, _: &str, _: Money, _: &str, _: &str) -> Result<GatewayRefund, GatewayError> {
        no_gateway()
    }
}

/// API IoT that is down.
pub struct NoIot;

fn no_iot<T>() -> Result<T, IotError> {
    Err(IotError::Unavailable("this test has no API IoT".to_owned()))
}

#[async_trait]
impl IotApi for NoIot {
    async fn activate(&self, _: &ActivateCommand) -> Result<CommandAnswer, IotError> {
        no_iot()
    }

    async fn deactivate(&self, _: &str, _: &str) -> Result<CommandAnswer, IotError> {
        no_iot()
    }

    async fn vehicle_status(&self, _: &str) -> Result<VehicleStatus, IotError> {
        no_iot()
    }

    async fn diagnostics(&self, _: &str) -> Result<serde_json::Value, IotError> {
        no_iot()
    }
}
