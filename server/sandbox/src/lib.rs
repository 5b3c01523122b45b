//! The outside systems, played.
//!
//! CaaS talks to a payment gateway, to API IoT, to a factory, to registration bodies, to a transport company, to the workshops'
//! maintenance history and to a provider of text messages, which belong to other companies and authorities. This
//! crate implements their contracts (`payment-gateway.yaml`, `iot.yaml`, `factory.yaml`, `registration.yaml`,
//! `transport.yaml`, `vss.yaml`, `sms.yaml`, and the webhooks they send) so that a demo, a test or a simulation
//! meets the same refusals, delays and lost answers as in real life.
//!
//! - [`world`] is plain Rust without HTTP and without a clock of its own: time comes in as an argument, ids from a
//!   counter. The same calls at the same times give the same world.
//! - [`Sandbox`] is the handle: the world behind a lock, with a [`SandboxClock`], faults, books and a mailbox.
//! - [`http`] puts one server per system in front of it; [`start`] binds them to the loopback interface.
//!
//! The crate knows nothing of CaaS itself: it could stand in front of any implementation of the same contracts.

pub mod clock;
pub mod deliver;
pub mod faults;
pub mod http;
pub mod sandbox;
pub mod start;
pub mod webhook;
pub mod world;

pub use clock::SandboxClock;
pub use faults::{Absence, ActiveFault, Fault, FaultRule};
pub use sandbox::Sandbox;
pub use start::{Running, SandboxConfig, StartError};
pub use webhook::{WebhookSecret, WebhookTarget};
pub use world::World;
pub use world::call::{Answer, Call, Operation, Outcome, System};
pub use world::country::Country;
pub use world::factory::model::{BuildStatus, FactoryOrder};
pub use world::gateway::{TestCard, model::DeclineReason};
pub use world::iot::model::{Connectivity, DrivingState, ErrorCode, VehicleSpec};
pub use world::mailbox::{Mail, PushShown};
pub use world::registration::{Reason, Refusal, Registration, Verdict};
pub use world::sms::TextMessage;
pub use world::transport::{Delivery, RoadEvent};
pub use world::values::{Amount, Currency, Vin};
pub use world::vss::{Block, BlockName, Work};
