//! Outside systems of tests that need none: they are not there. What is sent to people is kept.

use async_trait::async_trait;
use caas::activation::port::{ActivateCommand, CommandAnswer, IotApi, IotError, VehicleStatus};
use caas::kernel::money::Money;
use caas::maintenance::port::{Vss, VssAnswer, VssError};
use caas::notifications::port::{
    DeliveryError, Email, Mailer, PushDevice, PushMessage, PushSender, SmsSender, TextMessage,
};
use caas::payments::port::{
    GatewayError, GatewayPayment, GatewayRefund, PaymentGateway, PaymentRequest, ReportLine, SetupOutcome,
    SetupRequest, SetupSession,
};
use caas::sales::delivery::port::{ScheduledTransport, Transport, TransportError, TransportRequest};
use caas::sales::factory::port::{Factory, FactoryError, FactoryOrder, FactoryRequest};
use caas::sales::registration::port::{RegistrationAnswer, RegistrationBodies, RegistrationError, RegistrationRequest};
use std::collections::HashMap;
use std::sync::Mutex;

/// Why nothing is taken over now.
type Trouble = fn() -> DeliveryError;

/// Keeps what was sent, or refuses it.
#[derive(Default)]
pub struct Mailbox {
    mails: Mutex<Vec<Email>>,
    trouble: Mutex<Option<Trouble>>,
}

impl Mailbox {
    /// Empties the box.
    pub fn take(&self) -> Vec<Email> {
        std::mem::take(&mut self.mails.lock().expect("no panic under this lock"))
    }

    /// From now on mails are refused for this reason; with `None` they are taken.
    pub fn refuse(&self, trouble: Option<Trouble>) {
        *self.trouble.lock().expect("no panic under this lock") = trouble;
    }
}

#[async_trait]
impl Mailer for Mailbox {
    async fn send(&self, email: &Email) -> Result<(), DeliveryError> {
        if let Some(trouble) = *self.trouble.lock().expect("no panic under this lock") {
            return Err(trouble());
        }
        self.mails.lock().expect("no panic under this lock").push(email.clone());
        Ok(())
    }
}

/// Telephones and browsers: they keep what arrives, and each device may refuse.
#[derive(Default)]
pub struct Phones {
    texts: Mutex<Vec<TextMessage>>,
    pushes: Mutex<Vec<(String, PushMessage)>>,
    trouble: Mutex<HashMap<String, Trouble>>,
}

impl Phones {
    /// Text messages so far.
    pub fn texts(&self) -> Vec<TextMessage> {
        self.texts.lock().expect("no panic under this lock").clone()
    }

    /// Push messages so far, each with its device's address.
    pub fn pushes(&self) -> Vec<(String, PushMessage)> {
        self.pushes.lock().expect("no panic under this lock").clone()
    }

    /// From now on this number or device refuses for this reason; with `None` it takes messages.
    pub fn refuse(&self, address: &str, trouble: Option<Trouble>) {
        let mut all = self.trouble.lock().expect("no panic under this lock");
        match trouble {
            Some(trouble) => all.insert(address.to_owned(), trouble),
            None => all.remove(address),
        };
    }

    fn answer(&self, address: &str) -> Result<(), DeliveryError> {
        match self.trouble.lock().expect("no panic under this lock").get(address) {
            Some(trouble) => Err(trouble()),
            None => Ok(()),
        }
    }
}

#[async_trait]
impl SmsSender for Phones {
    async fn send(&self, message: &TextMessage) -> Result<(), DeliveryError> {
        self.answer(&message.to)?;
        self.texts.lock().expect("no panic under this lock").push(message.clone());
        Ok(())
    }
}

#[async_trait]
impl PushSender for Phones {
    fn public_key(&self) -> &str {
        "a-key"
    }

    fn accepts(&self, endpoint: &str) -> bool {
        endpoint.starts_with("https://")
    }

    async fn send(&self, device: &PushDevice, message: &PushMessage) -> Result<(), DeliveryError> {
        self.answer(&device.endpoint)?;
        self.pushes.lock().expect("no panic under this lock").push((device.endpoint.clone(), message.clone()));
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

    async fn settlement_report(&self, _: chrono::NaiveDate) -> Result<Vec<ReportLine>, GatewayError> {
        no_gateway()
    }
}

/// A factory, registration bodies and a transport company that are down.
pub struct NoSales;

#[async_trait]
impl Factory for NoSales {
    async fn place(&self, _: &FactoryRequest, _: &str) -> Result<FactoryOrder, FactoryError> {
        Err(FactoryError::Unavailable("this test has no factory".to_owned()))
    }

    async fn order(&self, _: &str) -> Result<Option<FactoryOrder>, FactoryError> {
        Err(FactoryError::Unavailable("this test has no factory".to_owned()))
    }
}

#[async_trait]
impl RegistrationBodies for NoSales {
    async fn submit(&self, _: &str, _: &RegistrationRequest, _: &str) -> Result<RegistrationAnswer, RegistrationError> {
        Err(RegistrationError::NoApi)
    }

    async fn registration(&self, _: &str, _: &str) -> Result<Option<RegistrationAnswer>, RegistrationError> {
        Err(RegistrationError::NoApi)
    }

    async fn open_dossier(&self, _: &str, _: &RegistrationRequest, _: &str) -> Result<String, RegistrationError> {
        Err(RegistrationError::NoApi)
    }
}

#[async_trait]
impl Transport for NoSales {
    async fn schedule(&self, _: &TransportRequest, _: &str) -> Result<ScheduledTransport, TransportError> {
        Err(TransportError::Unavailable("this test has no transport company".to_owned()))
    }
}

#[async_trait]
impl Vss for NoSales {
    async fn maintenance_status(&self, _: &str) -> Result<VssAnswer, VssError> {
        Err(VssError::Unavailable("this test has no workshops".to_owned()))
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
