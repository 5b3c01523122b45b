//! The faults one can switch on and off, each with plain words.

use caas::kernel::locale::Locale;
use caas_sandbox::{Country, DeclineReason, ErrorCode, Fault, FaultRule, Reason, Refusal, Verdict, Vin};

/// A fault as a switch.
pub(super) struct Switch {
    /// Its name in the form.
    pub key: &'static str,
    es: &'static str,
    en: &'static str,
    fault: fn() -> Fault,
}

impl Switch {
    /// What it says.
    pub(super) fn label(&self, locale: Locale) -> &'static str {
        locale.t(self.es, self.en)
    }

    /// What it does.
    pub(super) fn fault(&self) -> Fault {
        (self.fault)()
    }
}

const fn switch(key: &'static str, es: &'static str, en: &'static str, fault: fn() -> Fault) -> Switch {
    Switch { key, es, en, fault }
}

/// What a registration body's name in forms begins with.
const REGISTRATION_OF: &str = "registro-";

/// Whose switches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// The payment gateway.
    Bank,
    /// API IoT, for every car.
    Iot,
    /// The provider of text messages.
    Sms,
    /// The factory.
    Factory,
    /// A country's registration body.
    Registration(Country),
    /// The transport company.
    Transport,
    /// The workshops' maintenance history.
    Vss,
    /// One car.
    Car(Vin),
}

impl Target {
    /// Reads what the form says.
    pub(super) fn parse(text: &str) -> Option<Target> {
        match text {
            "banco" => Some(Target::Bank),
            "iot" => Some(Target::Iot),
            "sms" => Some(Target::Sms),
            "fabrica" => Some(Target::Factory),
            "transporte" => Some(Target::Transport),
            "talleres" => Some(Target::Vss),
            body if body.starts_with(REGISTRATION_OF) => {
                Country::ALL.into_iter().find(|country| body.ends_with(country.code())).map(Target::Registration)
            }
            vin => Vin::parse(vin).ok().map(Target::Car),
        }
    }

    /// What the form says.
    pub(super) fn name(&self) -> String {
        match self {
            Target::Bank => "banco".to_owned(),
            Target::Iot => "iot".to_owned(),
            Target::Sms => "sms".to_owned(),
            Target::Factory => "fabrica".to_owned(),
            Target::Registration(country) => format!("{REGISTRATION_OF}{}", country.code()),
            Target::Transport => "transporte".to_owned(),
            Target::Vss => "talleres".to_owned(),
            Target::Car(vin) => vin.as_str().to_owned(),
        }
    }

    /// Its switches.
    pub(super) fn switches(&self) -> &'static [Switch] {
        match self {
            Target::Bank => &BANK,
            Target::Iot => &IOT,
            Target::Sms => &SMS,
            Target::Factory => &FACTORY,
            Target::Registration(_) => &REGISTRATION,
            Target::Transport => &TRANSPORT,
            Target::Vss => &VSS,
            Target::Car(_) => &CAR,
        }
    }

    /// The rule a fault becomes here.
    pub(super) fn rule(&self, fault: Fault) -> FaultRule {
        match self {
            Target::Bank => FaultRule::gateway(fault),
            Target::Iot => FaultRule::iot(fault),
            Target::Sms => FaultRule::sms(fault),
            Target::Factory => FaultRule::factory(fault),
            Target::Registration(country) => FaultRule::registration(*country, fault),
            Target::Transport => FaultRule::transport(fault),
            Target::Vss => FaultRule::vss(fault),
            Target::Car(vin) => FaultRule::vehicle(vin.clone(), fault),
        }
    }
}

/// Of the payment gateway.
pub(super) static BANK: [Switch; 9] = [
    switch("outage", "Caído", "Down", || Fault::Outage),
    switch("hang", "No contesta", "Does not answer", || Fault::Hang),
    switch("lost", "Lo hace, pero la respuesta se pierde", "Does it, but the answer is lost", || Fault::LostAnswer),
    switch("funds", "Rechaza: sin fondos", "Declines: no funds", || Fault::Decline {
        reason: DeclineReason::InsufficientFunds,
    }),
    switch("honor", "Rechaza sin motivo", "Declines without a reason", || Fault::Decline {
        reason: DeclineReason::DoNotHonor,
    }),
    switch("expired", "Rechaza: tarjeta caducada", "Declines: card expired", || Fault::Decline {
        reason: DeclineReason::ExpiredCard,
    }),
    switch("slow", "Tarda 2 minutos en decidir", "Takes 2 minutes to decide", || Fault::SlowAuthorisation {
        seconds: 120,
    }),
    switch("unsettled", "Cobra, pero el dinero no llega", "Charges, but the money never arrives", || {
        Fault::SettlementFails { reason: "BANK_REJECTED".to_owned() }
    }),
    switch("chargeback", "Cobra y el cliente lo reclama después", "Charges, and is charged back later", || {
        Fault::Chargeback { reason: "FRAUD".to_owned() }
    }),
];

/// Of API IoT.
pub(super) static IOT: [Switch; 5] = [
    switch("outage", "Caída", "Down", || Fault::Outage),
    switch("error", "Da error interno", "Fails inside", || Fault::Error),
    switch("hang", "No contesta", "Does not answer", || Fault::Hang),
    switch("slow", "Tarda 3 segundos", "Takes 3 seconds", || Fault::Latency { millis: 3_000 }),
    switch("lost", "Lo hace, pero la respuesta se pierde", "Does it, but the answer is lost", || Fault::LostAnswer),
];

/// Of the provider of text messages.
pub(super) static SMS: [Switch; 4] = [
    switch("outage", "Caído", "Down", || Fault::Outage),
    switch("error", "Da error interno", "Fails inside", || Fault::Error),
    switch("hang", "No contesta", "Does not answer", || Fault::Hang),
    switch("lost", "Lo hace, pero la respuesta se pierde", "Does it, but the answer is lost", || Fault::LostAnswer),
];

/// Of the workshops' maintenance history.
pub(super) static VSS: [Switch; 4] = [
    switch("outage", "Caído", "Down", || Fault::Outage),
    switch("error", "Da error interno", "Fails inside", || Fault::Error),
    switch("hang", "No contesta", "Does not answer", || Fault::Hang),
    switch("slow", "Contesta con tres segundos de retraso", "Answers three seconds late", || Fault::Latency {
        millis: 3_000,
    }),
];

/// Of the factory.
pub(super) static FACTORY: [Switch; 9] = [
    switch("outage", "Caída", "Down", || Fault::Outage),
    switch("hang", "No contesta", "Does not answer", || Fault::Hang),
    switch("lost", "Lo hace, pero la respuesta se pierde", "Does it, but the answer is lost", || Fault::LostAnswer),
    switch("rejects", "Rechaza el pedido", "Rejects the order", rejected_order),
    switch("cancels", "Lo acepta y lo anula antes de fabricar", "Takes it and cancels before building", || {
        Fault::CancelOrder
    }),
    switch("quality", "Control de calidad devuelve el coche", "Quality control sends the car back", || {
        Fault::QualityFailure
    }),
    switch("late", "Se retrasa 5 días", "Is 5 days late", || Fault::LateProduction { days: 5 }),
    switch("mixed", "Avisa en desorden", "Tells out of order", || Fault::MixedCallbacks),
    switch("twice", "Avisa dos veces", "Tells twice", || Fault::DuplicateCallback { same_id: false }),
];

/// Of a registration body.
pub(super) static REGISTRATION: [Switch; 6] = [
    switch("outage", "Caído", "Down", || Fault::Outage),
    switch("hang", "No contesta", "Does not answer", || Fault::Hang),
    switch("lost", "Lo hace, pero la respuesta se pierde", "Does it, but the answer is lost", || Fault::LostAnswer),
    switch("document", "Pide un documento", "Asks for a document", missing_document),
    switch("rejects", "Rechaza la matriculación", "Rejects the registration", rejected_papers),
    switch("slow", "Tarda 10 días más, si responde después", "Takes 10 days more, where it answers later", || {
        Fault::SlowReview { seconds: 10 * 86_400 }
    }),
];

/// Of the transport company.
pub(super) static TRANSPORT: [Switch; 6] = [
    switch("outage", "Caído", "Down", || Fault::Outage),
    switch("hang", "No contesta", "Does not answer", || Fault::Hang),
    switch("lost", "Lo hace, pero la respuesta se pierde", "Does it, but the answer is lost", || Fault::LostAnswer),
    switch("waits", "Cliente ausente, llega mientras esperan", "Customer absent, comes while they wait", || {
        Fault::CustomerAbsent { returned: false }
    }),
    switch("returned", "Cliente ausente, el coche vuelve", "Customer absent, the car goes back", || {
        Fault::CustomerAbsent { returned: true }
    }),
    switch("twice", "Avisa dos veces", "Tells twice", || Fault::DuplicateCallback { same_id: false }),
];

/// What the factory says when it rejects.
pub(super) fn rejected_order() -> Fault {
    Fault::RejectOrder { reason: "This combination of options is no longer built".to_owned() }
}

/// A document that a body asks for.
pub(super) fn missing_document() -> Fault {
    refused(Verdict::AdditionalInfoRequired, "documents", "DOCUMENT_MISSING", "A proof of address is missing")
}

/// A body's final word.
pub(super) fn rejected_papers() -> Fault {
    refused(Verdict::Rejected, "owner.taxId", "OWNER_NOT_ACCEPTED", "The owner can't register vehicles")
}

/// A body's refusal as its fault has it.
pub(super) fn refusal_of(fault: Fault) -> Option<Refusal> {
    match fault {
        Fault::RefusePapers { refusal } => Some(refusal),
        _ => None,
    }
}

fn refused(verdict: Verdict, field: &str, code: &str, message: &str) -> Fault {
    let reason = Reason { field: field.to_owned(), code: code.to_owned(), message: message.to_owned() };
    Fault::RefusePapers { refusal: Refusal { verdict, reason } }
}

/// Of one car.
pub(super) static CAR: [Switch; 14] = [
    switch("offline", "Sin conexión", "Offline", || Fault::Offline),
    switch("driving", "En marcha", "Driving", || Fault::Driving),
    switch("off", "Apagado", "Switched off", || Fault::PoweredOff),
    switch("busy", "Ocupado", "Busy", || Fault::Nack { code: ErrorCode::VehicleBusy }),
    switch("module", "Rechaza: módulo averiado", "Refuses: faulty module", || Fault::Nack {
        code: ErrorCode::ModuleFault,
    }),
    switch("conflict", "Rechaza: choque de configuración", "Refuses: configuration conflict", || Fault::Nack {
        code: ErrorCode::ConfigConflict,
    }),
    switch("firmware", "Rechaza: software antiguo", "Refuses: old software", || Fault::Nack {
        code: ErrorCode::UnsupportedFirmware,
    }),
    switch("unknown", "Rechaza: no conoce el servicio", "Refuses: unknown service", || Fault::Nack {
        code: ErrorCode::UnknownService,
    }),
    switch("later", "Acepta y falla después", "Accepts, then fails", || Fault::AsyncFailure {
        code: ErrorCode::Timeout,
    }),
    switch("later-module", "Acepta y falla después: módulo", "Accepts, then fails: module", || Fault::AsyncFailure {
        code: ErrorCode::ModuleFault,
    }),
    switch("late", "Confirma 10 minutos tarde", "Confirms 10 minutes late", || Fault::LateCallback { seconds: 600 }),
    switch("twice", "Confirma dos veces", "Confirms twice", || Fault::DuplicateCallback { same_id: false }),
    switch("early", "Confirma antes de responder", "Confirms before it answers", || Fault::EarlyCallback),
    switch("never", "Lo hace, pero nunca confirma", "Does it, but never confirms", || Fault::NoCallback),
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_switch_of_a_target_has_its_own_name_and_fault() {
        let car = Target::Car(Vin::parse("VSSZZZLNCTR000101").unwrap());
        let german = Target::Registration(Country::DE);
        for target in
            [Target::Bank, Target::Iot, Target::Sms, Target::Factory, german, Target::Transport, Target::Vss, car]
        {
            let keys: BTreeSet<_> = target.switches().iter().map(|s| s.key).collect();
            assert_eq!(keys.len(), target.switches().len());
            let faults: BTreeSet<_> = target.switches().iter().map(|s| format!("{:?}", s.fault())).collect();
            assert_eq!(faults.len(), target.switches().len());
            assert_eq!(Target::parse(&target.name()), Some(target));
        }
        assert_eq!(Target::parse("no-vin"), None);
    }
}
