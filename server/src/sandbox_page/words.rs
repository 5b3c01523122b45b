//! Faults, states and codes of the played systems in plain words.

use super::switches::{BANK, CAR, FACTORY, IOT, REGISTRATION, SMS, TRANSPORT, VSS};
use caas::kernel::locale::Locale;
use caas_app::ui::Status;
use caas_sandbox::world::gateway::model::{Payment, PaymentStatus, SettlementState};
use caas_sandbox::world::iot::model::{CommandKind, CommandStatus, ServiceStatus, Vehicle};
use caas_sandbox::{BuildStatus, Connectivity, DrivingState, Fault, FaultRule, RoadEvent, System, Verdict};

/// A played system.
pub(super) fn system(system: System, locale: Locale) -> &'static str {
    match system {
        System::Gateway => locale.t("Banco", "Bank"),
        System::Iot => "API IoT",
        System::Sms => "SMS",
        System::Factory => locale.t("Fábrica", "Factory"),
        System::RegistrationEs => locale.t("DGT (España)", "DGT (Spain)"),
        System::RegistrationFr => locale.t("ANTS (Francia)", "ANTS (France)"),
        System::RegistrationGb => locale.t("DVLA (Reino Unido)", "DVLA (United Kingdom)"),
        System::RegistrationDe => locale.t("KBA (Alemania)", "KBA (Germany)"),
        System::Transport => locale.t("Transporte", "Transport"),
        System::Vss => locale.t("Talleres (VSS)", "Workshops (VSS)"),
    }
}

/// A fault in force: "API IoT · VSSZZZ…: sin conexión".
pub(super) fn rule(rule: &FaultRule, locale: Locale) -> String {
    let system = system(rule.system, locale);
    let of = match &rule.vin {
        Some(vin) => format!("{system} · {}", vin.as_str()),
        None if rule.system == System::Iot && is_of_a_car(&rule.fault) => {
            locale.t("Todos los coches", "All cars").to_owned()
        }
        None => system.to_owned(),
    };
    let mut text = format!("{of}: {}", fault(&rule.fault, rule.system, locale));
    if let Some(operation) = rule.operation {
        text.push_str(&format!(" ({operation:?})"));
    }
    if let Some(times) = rule.times {
        text.push_str(&match locale {
            Locale::Es => format!(", {times} veces más"),
            Locale::En => format!(", {times} more times"),
        });
    }
    text
}

fn is_of_a_car(fault: &Fault) -> bool {
    CAR.iter().any(|switch| switch.fault() == *fault)
}

/// The words of its switch; what has no switch was set through the control interface and is shown as it is called there.
fn fault(fault: &Fault, system: System, locale: Locale) -> String {
    let of_system = match system {
        System::Gateway => BANK.iter(),
        System::Iot => IOT.iter(),
        System::Sms => SMS.iter(),
        System::Factory => FACTORY.iter(),
        System::RegistrationEs | System::RegistrationFr | System::RegistrationGb | System::RegistrationDe => {
            REGISTRATION.iter()
        }
        System::Transport => TRANSPORT.iter(),
        System::Vss => VSS.iter(),
    };
    let known = of_system.chain(CAR.iter()).find(|switch| switch.fault() == *fault);
    known.map_or_else(|| format!("{fault:?}"), |switch| switch.label(locale).to_owned())
}

/// How a car is: as it is, or as a fault makes it look.
pub(super) fn car(vehicle: &Vehicle, rules: &[FaultRule], locale: Locale) -> (Status, &'static str) {
    let pretended = rules
        .iter()
        .filter(|rule| rule.system == System::Iot && rule.vin.as_ref().is_none_or(|vin| *vin == vehicle.spec.vin))
        .map(|rule| &rule.fault);
    let (mut connectivity, mut operation) = (vehicle.connectivity, vehicle.operation);
    for fault in pretended {
        match fault {
            Fault::Offline => connectivity = Connectivity::Offline,
            Fault::Driving => operation = DrivingState::Driving,
            Fault::PoweredOff => operation = DrivingState::PoweredOff,
            _ => {}
        }
    }
    match (connectivity, operation) {
        (Connectivity::Offline, _) => (Status::Failed, locale.t("Sin conexión", "Offline")),
        (_, DrivingState::Driving) => (Status::Waiting, locale.t("En marcha", "Driving")),
        (_, DrivingState::PoweredOff) => (Status::Waiting, locale.t("Apagado", "Switched off")),
        (Connectivity::Limited, DrivingState::Parked) => {
            (Status::Warning, locale.t("Aparcado, poca señal", "Parked, weak signal"))
        }
        (Connectivity::Online, DrivingState::Parked) => {
            (Status::Done, locale.t("Aparcado y conectado", "Parked and online"))
        }
    }
}

/// How a service in a car is.
pub(super) fn service(status: ServiceStatus, locale: Locale) -> (Status, &'static str) {
    match status {
        ServiceStatus::Active => (Status::Active, locale.t("Activo", "Active")),
        ServiceStatus::Pending => (Status::Waiting, locale.t("Orden en curso", "Command under way")),
        ServiceStatus::Error => (Status::Failed, locale.t("Falló", "Failed")),
    }
}

/// How far the factory is with a car.
pub(super) fn build(status: BuildStatus, locale: Locale) -> (Status, &'static str) {
    match status {
        BuildStatus::OrderPlaced => (Status::Waiting, locale.t("Pedido aceptado", "Order taken")),
        BuildStatus::ProductionScheduled => (Status::Waiting, locale.t("Producción planificada", "Production planned")),
        BuildStatus::ProductionInProgress => (Status::Waiting, locale.t("En producción", "In production")),
        BuildStatus::QualityControl => (Status::Waiting, locale.t("Control de calidad", "Quality control")),
        BuildStatus::ReadyForShipment => (Status::Waiting, locale.t("Listo para salir", "Ready to leave")),
        BuildStatus::InTransit => (Status::Waiting, locale.t("De camino", "On its way")),
        BuildStatus::ArrivedAtDealership => (Status::Done, locale.t("En el concesionario", "At the dealership")),
        BuildStatus::Cancelled => (Status::Failed, locale.t("Anulado", "Cancelled")),
    }
}

/// What a registration body says.
pub(super) fn verdict(verdict: Verdict, locale: Locale) -> (Status, &'static str) {
    match verdict {
        Verdict::UnderReview => (Status::Waiting, locale.t("En estudio", "Under review")),
        Verdict::Approved => (Status::Done, locale.t("Aprobada", "Approved")),
        Verdict::AdditionalInfoRequired => (Status::Blocked, locale.t("Falta algo", "Something is missing")),
        Verdict::Rejected => (Status::Failed, locale.t("Rechazada", "Rejected")),
    }
}

/// Where a car is on its way to the door.
pub(super) fn road(event: Option<RoadEvent>, locale: Locale) -> (Status, &'static str) {
    match event {
        None => (Status::Waiting, locale.t("Previsto", "Planned")),
        Some(RoadEvent::PickedUp) => (Status::Waiting, locale.t("En el camión", "On the lorry")),
        Some(RoadEvent::CustomerAbsent) => (Status::Warning, locale.t("No hay nadie", "Nobody there")),
        Some(RoadEvent::CustomerCalled) => (Status::Warning, locale.t("Le han llamado", "They called")),
        Some(RoadEvent::Waiting) => (Status::Warning, locale.t("Esperando", "Waiting")),
        Some(RoadEvent::Delivered) => (Status::Done, locale.t("Entregado", "Delivered")),
        Some(RoadEvent::ReturnedToDealership) => {
            (Status::Ended, locale.t("De vuelta en el concesionario", "Back at the dealership"))
        }
    }
}

/// Where a payment is in the bank's books.
pub(super) fn payment(payment: &Payment, locale: Locale) -> (Status, &'static str) {
    match payment.status {
        PaymentStatus::Initiated => (Status::Waiting, locale.t("Recibido", "Received")),
        PaymentStatus::Processing => (Status::Waiting, locale.t("En proceso", "Processing")),
        PaymentStatus::Authorized => (Status::Held, locale.t("Retenido", "Held")),
        PaymentStatus::Captured => (Status::Charged, locale.t("Cobrado", "Charged")),
        PaymentStatus::Cancelled => (Status::Ended, locale.t("Retención anulada", "Hold reversed")),
        PaymentStatus::Expired => (Status::Ended, locale.t("Retención caducada", "Hold lapsed")),
        PaymentStatus::Declined => (Status::Failed, locale.t("Rechazado", "Declined")),
        PaymentStatus::PartiallyRefunded => (Status::Ended, locale.t("Devuelto en parte", "Refunded in part")),
        PaymentStatus::Refunded => (Status::Ended, locale.t("Devuelto", "Refunded")),
    }
}

/// Whether captured money arrived.
pub(super) fn settlement(payment: &Payment, locale: Locale) -> &'static str {
    match payment.settlement {
        _ if payment.charged_back => locale.t("Reclamado por el cliente", "Charged back"),
        SettlementState::None => "–",
        SettlementState::Pending => locale.t("De camino", "On its way"),
        SettlementState::Settled => locale.t("Llegó", "Arrived"),
        SettlementState::Failed => locale.t("No llegó", "Did not arrive"),
    }
}

/// What is left with us of a payment, in cents.
pub(super) fn net(payment: &Payment) -> u64 {
    if payment.charged_back || payment.settlement == SettlementState::Failed {
        return 0;
    }
    let cents = |amount: Option<caas_sandbox::Amount>| amount.map_or(0, |amount| amount.cents);
    cents(payment.captured_amount).saturating_sub(cents(payment.refunded_amount))
}

/// What a command is to do.
pub(super) fn command(kind: CommandKind, locale: Locale) -> &'static str {
    match kind {
        CommandKind::Activate => locale.t("Activar", "Switch on"),
        CommandKind::Deactivate => locale.t("Desactivar", "Switch off"),
    }
}

/// How far a command got.
pub(super) fn command_status(status: CommandStatus, locale: Locale) -> (Status, &'static str) {
    match status {
        CommandStatus::Queued => (Status::Waiting, locale.t("En cola", "Queued")),
        CommandStatus::InProgress => (Status::Waiting, locale.t("En curso", "Under way")),
        CommandStatus::Completed => (Status::Done, locale.t("Hecho", "Done")),
        CommandStatus::Failed => (Status::Failed, locale.t("Falló", "Failed")),
        CommandStatus::Refused => (Status::Blocked, locale.t("Rechazado", "Refused")),
    }
}

/// A code as the contracts write it.
pub(super) fn code(code: &impl serde::Serialize) -> String {
    serde_json::to_value(code).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}
