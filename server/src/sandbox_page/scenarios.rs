//! Whole situations in one click, with what to do next to see them.

use caas::kernel::locale::Locale;
use caas_app::ui::{IconName, Tone};
use caas_sandbox::{DeclineReason, ErrorCode, Fault, FaultRule, Sandbox};

/// A situation.
pub(super) struct Scenario {
    /// Its name in forms and addresses.
    pub key: &'static str,
    /// Drawn beside its title.
    pub icon: IconName,
    /// Its colour once it is in force.
    pub tone: Tone,
    title: (&'static str, &'static str),
    next: (&'static str, &'static str),
    rules: fn() -> Vec<FaultRule>,
}

impl Scenario {
    /// The situation with this name.
    pub(super) fn find(key: &str) -> Option<&'static Scenario> {
        ALL.iter().find(|scenario| scenario.key == key)
    }

    /// What the button says.
    pub(super) fn title(&self, locale: Locale) -> &'static str {
        locale.t(self.title.0, self.title.1)
    }

    /// What to do now.
    pub(super) fn next(&self, locale: Locale) -> &'static str {
        locale.t(self.next.0, self.next.1)
    }

    /// Brings it about; what was in force before ends.
    pub(super) fn bring_about(&self, sandbox: &Sandbox) {
        sandbox.set_faults((self.rules)());
    }

    /// Whether exactly this is in force.
    pub(super) fn is_in_force(&self, sandbox: &Sandbox) -> bool {
        let rules: Vec<FaultRule> = sandbox.faults().into_iter().map(|active| active.rule).collect();
        rules == (self.rules)()
    }
}

/// All of them.
pub(super) static ALL: [Scenario; 5] = [
    Scenario {
        key: "normal",
        icon: IconName::Done,
        tone: Tone::Done,
        title: ("Todo normal", "All in order"),
        next: (
            "Compra un servicio: el banco retiene, el coche confirma a los pocos segundos y solo entonces se cobra.",
            "Buy a service: the bank holds, the car confirms within seconds, and only then you are charged.",
        ),
        rules: Vec::new,
    },
    Scenario {
        key: "sin-conexion",
        icon: IconName::Car,
        tone: Tone::Waiting,
        title: ("El coche está sin conexión", "The car is offline"),
        next: (
            "Compra un servicio y mira su página: el intento falla con su motivo y ves cuándo viene el siguiente. Adelanta el reloj para verlos todos: tras el último se anula la retención y no se cobra nada. O pulsa «Todo normal» y el siguiente llega.",
            "Buy a service and watch its page: the attempt fails with its reason and you see when the next one comes. Move the clock to see them all: after the last one the hold is reversed and nothing is charged. Or press “All in order” and the next one gets through.",
        ),
        rules: || vec![FaultRule::iot(Fault::Offline)],
    },
    Scenario {
        key: "modulo",
        icon: IconName::Wrench,
        tone: Tone::Problem,
        title: ("El coche rechaza el servicio (fallo de módulo)", "The car refuses the service (module fault)"),
        next: (
            "Compra un servicio: como esto no se arregla solo, no se reintenta. La retención se anula en el momento, soporte recibe un caso con el diagnóstico y el cliente un correo que dice que no se le ha cobrado.",
            "Buy a service: as this does not pass by itself, it is not tried again. The hold is reversed at once, support gets a case with the diagnostics, and the customer a mail that says nothing was charged.",
        ),
        rules: || vec![FaultRule::iot(Fault::Nack { code: ErrorCode::ModuleFault })],
    },
    Scenario {
        key: "iot-caida",
        icon: IconName::Failed,
        tone: Tone::Problem,
        title: ("API IoT caída", "API IoT is down"),
        next: (
            "Compra uno o varios servicios: tras cinco fallos seguidos dejamos de llamar, los pedidos quedan en cola como «con retraso» y no gastan intentos. Pulsa «Todo normal», adelanta el reloj un minuto y verás cómo salen en orden.",
            "Buy one or more services: after five failures in a row we stop calling, orders wait in the queue as “delayed” and use up no attempt. Press “All in order”, move the clock by a minute, and watch them leave in order.",
        ),
        rules: || vec![FaultRule::iot(Fault::Outage)],
    },
    Scenario {
        key: "tarjeta",
        icon: IconName::Card,
        tone: Tone::Problem,
        title: ("El banco rechaza la tarjeta", "The bank declines the card"),
        next: (
            "Compra un servicio: no se envía nada al coche, no se cobra nada, y puedes repetir en el momento con otro método de pago.",
            "Buy a service: nothing is sent to the car, nothing is charged, and you can try again at once with another payment method.",
        ),
        rules: || vec![FaultRule::gateway(Fault::Decline { reason: DeclineReason::InsufficientFunds })],
    },
];
