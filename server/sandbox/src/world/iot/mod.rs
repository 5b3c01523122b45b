//! API IoT: vehicles that take commands, and what they report.

mod commands;
mod diagnostics;
pub mod model;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::Surroundings;
use super::agenda::Agenda;
use super::call::{Answer, Call, Operation, Problem};
use super::values::Vin;
use crate::faults::Effects;
use model::{
    Command, CommandKind, Connectivity, DrivingState, InstalledService, IotSettings, ServiceStatus, Vehicle,
    VehiclePatch, VehicleSpec,
};

/// The vehicles and every command they were sent.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct IotWorld {
    settings: IotSettings,
    vehicles: BTreeMap<Vin, Vehicle>,
    /// In the order they came, which is the order of their ids.
    commands: Vec<Command>,
    /// Request ids of commands whose end is due.
    agenda: Agenda<String>,
}

impl IotWorld {
    /// Answers a call of the contract.
    pub(crate) fn answer(&mut self, around: &mut Surroundings<'_>, call: &Call, effects: &Effects) -> Answer {
        let body = call.body.as_ref();
        let answer = match call.operation {
            Operation::Activate => self.command(around, CommandKind::Activate, body, effects),
            Operation::Deactivate => self.command(around, CommandKind::Deactivate, body, effects),
            Operation::VehicleStatus => self.status(around.now, &call.subject, effects),
            Operation::Diagnostics => self.diagnostics(around.now, &call.subject),
            _ => Err(Problem::unknown("operation")),
        };
        answer.unwrap_or_else(|problem| problem.to_answer())
    }

    /// The vehicle, created on the spot when the settings say so.
    fn known_vehicle(&mut self, vin: &Vin, now: DateTime<Utc>) -> Result<&mut Vehicle, Problem> {
        let welcome = self
            .settings
            .accept_unknown_vins
            .as_ref()
            .is_some_and(|beginning| vin.as_str().starts_with(beginning.as_str()));
        if welcome && !self.vehicles.contains_key(vin) {
            self.add_vehicle(VehicleSpec::new(vin.clone(), "UNKNOWN", "1.0.0"), now);
        }
        self.vehicles.get_mut(vin).ok_or_else(|| Problem::unknown("VIN"))
    }

    /// Adds a vehicle; a known VIN gets the new model, firmware and base platform and keeps its other services.
    pub fn add_vehicle(&mut self, spec: VehicleSpec, now: DateTime<Utc>) {
        let mut services: Vec<_> = spec
            .base_services
            .iter()
            .map(|service_id| InstalledService {
                service_id: service_id.clone(),
                status: ServiceStatus::Active,
                request_id: None,
                activation_date: Some(now),
            })
            .collect();
        let known = self.vehicles.remove(&spec.vin);
        let (connectivity, operation, error_codes) =
            known.as_ref().map_or((Connectivity::Online, DrivingState::Parked, Vec::new()), |old| {
                (old.connectivity, old.operation, old.error_codes.clone())
            });
        if let Some(old) = known {
            services.extend(
                old.services
                    .into_iter()
                    .filter(|service| !old.spec.base_services.contains(&service.service_id))
                    .filter(|service| !spec.base_services.contains(&service.service_id)),
            );
        }
        self.vehicles
            .insert(spec.vin.clone(), Vehicle { spec, connectivity, operation, services, error_codes, last_seen: now });
    }

    /// Changes a vehicle by hand; `None` when the VIN is unknown.
    pub fn patch_vehicle(&mut self, vin: &Vin, patch: &VehiclePatch, now: DateTime<Utc>) -> Option<&Vehicle> {
        let vehicle = self.vehicles.get_mut(vin)?;
        if vehicle.connectivity != Connectivity::Offline {
            vehicle.last_seen = now;
        }
        if let Some(connectivity) = patch.connectivity {
            vehicle.connectivity = connectivity;
        }
        if let Some(operation) = patch.operation {
            vehicle.operation = operation;
        }
        if let Some(firmware) = &patch.firmware {
            vehicle.spec.firmware.clone_from(firmware);
        }
        if let Some(codes) = &patch.error_codes {
            vehicle.error_codes.clone_from(codes);
        }
        Some(vehicle)
    }

    /// When a vehicle does something next by itself.
    #[must_use]
    pub fn next_due(&self) -> Option<DateTime<Utc>> {
        self.agenda.next_due()
    }

    /// Settings.
    #[must_use]
    pub fn settings(&self) -> &IotSettings {
        &self.settings
    }

    /// Changes the settings; commands under way keep their time.
    pub fn set_settings(&mut self, settings: IotSettings) {
        self.settings = settings;
    }

    /// All vehicles by VIN.
    pub fn vehicles(&self) -> impl Iterator<Item = &Vehicle> {
        self.vehicles.values()
    }

    /// One vehicle.
    #[must_use]
    pub fn vehicle(&self, vin: &Vin) -> Option<&Vehicle> {
        self.vehicles.get(vin)
    }

    /// Commands seen, oldest first, refused ones too.
    #[must_use]
    pub fn commands(&self) -> &[Command] {
        &self.commands
    }

    /// How many commands concerned this service of this vehicle, refused ones too.
    #[must_use]
    pub fn command_count(&self, vin: &Vin, service_id: &str) -> usize {
        self.commands.iter().filter(|command| &command.vin == vin && command.service_id == service_id).count()
    }
}
