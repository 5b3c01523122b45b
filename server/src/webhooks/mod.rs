//! What CaaS receives from outside systems (contract `caas-webhooks`).
//!
//! In this order: size (413), signature and time (401), JSON (400), shape (422 with the field named). What passes is in
//! the inbox before it is answered 200; a job interprets it. Nothing changes in the other cases.

mod intake;
mod problem;
mod signature;

pub use signature::{BadSecret, WebhookSecret};

use axum::Router;
use axum::routing::post;
use caas::Caas;
use caas::inbox::Sender;
use intake::{Endpoint, receive};
use std::sync::Arc;

/// The secrets a sender may sign with: one, or two during a rotation. Without any, everything from it is refused.
#[derive(Clone, Debug)]
pub struct SenderSecrets {
    /// Who.
    pub sender: Sender,
    /// Any of these is good.
    pub secrets: Vec<WebhookSecret>,
}

/// Where each sender calls. A new sender is a line here, a value of [`Sender`] and its shape in `caas::inbox::message`.
const PATHS: &[(&str, Sender)] = &[
    ("/caas/webhooks/ota-status", Sender::Iot),
    ("/caas/webhooks/payment-settlement", Sender::Payments),
    ("/webhooks/order-status", Sender::Factory),
    ("/webhooks/registration-status", Sender::Registration),
    ("/webhooks/delivery-status", Sender::Transport),
];

/// The paths of the contract. They need no session and no check of the origin: the signature says who calls.
pub fn router(caas: &Caas, senders: &[SenderSecrets]) -> Router {
    PATHS.iter().fold(Router::new(), |router, &(path, sender)| {
        let secrets = senders.iter().filter(|known| known.sender == sender).flat_map(|known| known.secrets.clone());
        let endpoint = Arc::new(Endpoint { caas: caas.clone(), sender, secrets: secrets.collect() });
        router.merge(Router::new().route(path, post(receive)).with_state(endpoint))
    })
}
