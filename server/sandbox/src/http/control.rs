//! Control over HTTP, for browser tests and for a sandbox that runs alone. Served on loopback only.

use std::time::Duration;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::json;

use crate::faults::{ActiveFault, FaultRule};
use crate::sandbox::Sandbox;
use crate::world::call::CallSeen;
use crate::world::factory::model::FactoryOrder;
use crate::world::gateway::GatewaySettings;
use crate::world::gateway::model::Payment;
use crate::world::iot::model::{Command, IotSettings, Vehicle, VehiclePatch, VehicleSpec};
use crate::world::mailbox::{Mail, PushShown};
use crate::world::registration::{Refusal, Registration};
use crate::world::sms::TextMessage;
use crate::world::transport::Delivery;
use crate::world::values::Vin;
use crate::world::vss::Block;

/// Everything JSON; no authentication, so never to be reachable from elsewhere.
pub fn control_router(sandbox: Sandbox) -> Router {
    Router::new()
        .route("/control/faults", get(faults).put(set_faults).post(add_fault).delete(clear_faults))
        .route("/control/faults/{id}", axum::routing::delete(clear_fault))
        .route("/control/clock", get(clock))
        .route("/control/clock/advance", post(advance))
        .route("/control/mails", get(mails))
        .route("/control/mails/{id}", get(mail))
        .route("/control/messages", get(messages))
        .route("/control/pushes", get(pushes))
        .route("/control/payments", get(payments))
        .route("/control/factory", get(factory_orders))
        .route("/control/factory/{id}/hurry", post(hurry_production))
        .route("/control/registrations", get(registrations))
        .route("/control/registrations/{id}/decide", post(decide_registration))
        .route("/control/deliveries", get(deliveries))
        .route("/control/deliveries/{id}/hurry", post(hurry_delivery))
        .route("/control/vehicles", get(vehicles).post(add_vehicles))
        .route("/control/vehicles/{vin}", get(vehicle).patch(patch_vehicle))
        .route("/control/maintenance/{vin}", get(maintenance).put(set_maintenance).delete(clear_maintenance))
        .route("/control/commands", get(commands))
        .route("/control/calls", get(calls))
        .route("/control/webhooks", get(webhooks))
        .route("/control/settings/iot", get(iot_settings).put(set_iot_settings))
        .route("/control/settings/gateway", get(gateway_settings).put(set_gateway_settings))
        .route("/control/reset", post(reset))
        .with_state(sandbox)
}

async fn faults(State(sandbox): State<Sandbox>) -> Json<Vec<ActiveFault>> {
    Json(sandbox.faults())
}

async fn set_faults(State(sandbox): State<Sandbox>, Json(rules): Json<Vec<FaultRule>>) -> Json<Vec<ActiveFault>> {
    Json(sandbox.set_faults(rules))
}

async fn add_fault(State(sandbox): State<Sandbox>, Json(rule): Json<FaultRule>) -> Response {
    let id = sandbox.set_fault(rule);
    (StatusCode::CREATED, Json(json!({"id": id}))).into_response()
}

async fn clear_faults(State(sandbox): State<Sandbox>) -> StatusCode {
    sandbox.clear_faults();
    StatusCode::NO_CONTENT
}

async fn clear_fault(State(sandbox): State<Sandbox>, Path(id): Path<u64>) -> StatusCode {
    if sandbox.clear_fault(id) { StatusCode::NO_CONTENT } else { StatusCode::NOT_FOUND }
}

fn clock_now(sandbox: &Sandbox) -> Json<serde_json::Value> {
    Json(json!({
        "now": sandbox.now(),
        "offsetMicros": sandbox.clock().offset_micros(),
        "nextDue": sandbox.next_due(),
    }))
}

async fn clock(State(sandbox): State<Sandbox>) -> Json<serde_json::Value> {
    clock_now(&sandbox)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Advance {
    seconds: u64,
}

async fn advance(State(sandbox): State<Sandbox>, Json(by): Json<Advance>) -> Json<serde_json::Value> {
    sandbox.advance(Duration::from_secs(by.seconds));
    clock_now(&sandbox)
}

async fn mails(State(sandbox): State<Sandbox>) -> Json<Vec<Mail>> {
    Json(sandbox.mails())
}

async fn mail(State(sandbox): State<Sandbox>, Path(id): Path<String>) -> Response {
    found(sandbox.mail(&id))
}

async fn messages(State(sandbox): State<Sandbox>) -> Json<Vec<TextMessage>> {
    Json(sandbox.text_messages())
}

async fn pushes(State(sandbox): State<Sandbox>) -> Json<Vec<PushShown>> {
    Json(sandbox.pushes())
}

async fn payments(State(sandbox): State<Sandbox>) -> Json<Vec<Payment>> {
    Json(sandbox.payments())
}

async fn factory_orders(State(sandbox): State<Sandbox>) -> Json<Vec<FactoryOrder>> {
    Json(sandbox.factory_orders())
}

async fn hurry_production(State(sandbox): State<Sandbox>, Path(id): Path<String>) -> StatusCode {
    done(sandbox.hurry_production(&id))
}

async fn registrations(State(sandbox): State<Sandbox>) -> Json<Vec<Registration>> {
    Json(sandbox.registrations())
}

/// An empty body approves, `{"refusal": …}` refuses.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Decision {
    #[serde(default)]
    refusal: Option<Refusal>,
}

async fn decide_registration(
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
    Json(decision): Json<Decision>,
) -> StatusCode {
    done(sandbox.decide_registration(&id, decision.refusal))
}

async fn deliveries(State(sandbox): State<Sandbox>) -> Json<Vec<Delivery>> {
    Json(sandbox.deliveries())
}

async fn hurry_delivery(State(sandbox): State<Sandbox>, Path(id): Path<String>) -> StatusCode {
    done(sandbox.hurry_delivery(&id))
}

fn done(done: bool) -> StatusCode {
    if done { StatusCode::NO_CONTENT } else { StatusCode::NOT_FOUND }
}

async fn vehicles(State(sandbox): State<Sandbox>) -> Json<Vec<Vehicle>> {
    Json(sandbox.vehicles())
}

async fn add_vehicles(State(sandbox): State<Sandbox>, Json(specs): Json<Vec<VehicleSpec>>) -> StatusCode {
    sandbox.add_vehicles(specs);
    StatusCode::NO_CONTENT
}

async fn vehicle(State(sandbox): State<Sandbox>, Path(vin): Path<Vin>) -> Response {
    found(sandbox.vehicle(&vin))
}

async fn patch_vehicle(
    State(sandbox): State<Sandbox>,
    Path(vin): Path<Vin>,
    Json(patch): Json<VehiclePatch>,
) -> Response {
    found(sandbox.patch_vehicle(&vin, &patch))
}

async fn maintenance(State(sandbox): State<Sandbox>, Path(vin): Path<Vin>) -> Response {
    found(sandbox.maintenance(&vin))
}

/// The blocks named are set; a car without history gets the others as current.
async fn set_maintenance(
    State(sandbox): State<Sandbox>,
    Path(vin): Path<Vin>,
    Json(blocks): Json<Vec<Block>>,
) -> StatusCode {
    for block in blocks {
        sandbox.set_block(&vin, block);
    }
    StatusCode::NO_CONTENT
}

async fn clear_maintenance(State(sandbox): State<Sandbox>, Path(vin): Path<Vin>) -> StatusCode {
    sandbox.set_maintenance(&vin, None);
    StatusCode::NO_CONTENT
}

async fn commands(State(sandbox): State<Sandbox>) -> Json<Vec<Command>> {
    Json(sandbox.commands())
}

async fn calls(State(sandbox): State<Sandbox>) -> Json<Vec<CallSeen>> {
    Json(sandbox.calls_seen())
}

async fn webhooks(State(sandbox): State<Sandbox>) -> Response {
    Json(sandbox.waiting_webhooks()).into_response()
}

async fn iot_settings(State(sandbox): State<Sandbox>) -> Json<IotSettings> {
    Json(sandbox.iot_settings())
}

async fn set_iot_settings(State(sandbox): State<Sandbox>, Json(settings): Json<IotSettings>) -> StatusCode {
    sandbox.set_iot_settings(settings);
    StatusCode::NO_CONTENT
}

async fn gateway_settings(State(sandbox): State<Sandbox>) -> Json<GatewaySettings> {
    Json(sandbox.gateway_settings())
}

async fn set_gateway_settings(State(sandbox): State<Sandbox>, Json(settings): Json<GatewaySettings>) -> StatusCode {
    sandbox.set_gateway_settings(settings);
    StatusCode::NO_CONTENT
}

async fn reset(State(sandbox): State<Sandbox>) -> StatusCode {
    sandbox.reset();
    StatusCode::NO_CONTENT
}

fn found<T: serde::Serialize>(thing: Option<T>) -> Response {
    match thing {
        Some(thing) => Json(thing).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
