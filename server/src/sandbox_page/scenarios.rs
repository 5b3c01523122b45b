//! Whole situations in one click, with what to do next to see them.

use super::switches::{missing_document, rejected_order};
use caas::kernel::locale::Locale;
use caas_app::ui::{IconName, Tone};
use caas_sandbox::{Country, DeclineReason, ErrorCode, Fault, FaultRule, Sandbox};

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
        ALL.iter().chain(&SALES).find(|scenario| scenario.key == key)
    }

    /// What the button says.
    pub(super) fn title(&self, locale: Locale) -> &'static str {
        locale.t(self.title.0, self.title.1)
    }

    /// What to do now.
    pub(super) fn next(&self, locale: Locale) -> &'static str {
        locale.t(self.next.0, self.next.1)
    }

    /// Whether it is about a car being sold.
    pub(super) fn is_of_a_sale(&self) -> bool {
        SALES.iter().any(|scenario| scenario.key == self.key)
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

/// Those of a service.
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

/// Those of a car that is sold.
pub(super) static SALES: [Scenario; 7] = [
    Scenario {
        key: "fabrica-caida",
        icon: IconName::Failed,
        tone: Tone::Problem,
        title: ("La fábrica no responde", "The factory is down"),
        next: (
            "Paga la señal de un coche: la venta queda guardada, el pedido se reintenta cada vez más despacio y, tras diez intentos, operaciones lo ve en su cola.",
            "Pay the reservation of a car: the sale is kept, the order is tried again ever more slowly, and after ten attempts operations find it in their queue.",
        ),
        rules: || vec![FaultRule::factory(Fault::Outage)],
    },
    Scenario {
        key: "fabrica-perdida",
        icon: IconName::Retry,
        tone: Tone::Waiting,
        title: ("La respuesta de la fábrica se pierde", "The factory's answer is lost"),
        next: (
            "Paga la señal de un coche: la fábrica acepta pero no lo sabemos; se vuelve a preguntar con la misma clave y al final hay un solo pedido.",
            "Pay the reservation of a car: the factory takes the order but we don't hear of it; the same key is asked again, and in the end there is one order.",
        ),
        rules: || vec![FaultRule::factory(Fault::LostAnswer).times(2)],
    },
    Scenario {
        key: "fabrica-rechaza",
        icon: IconName::Lock,
        tone: Tone::Problem,
        title: ("La fábrica rechaza el pedido", "The factory rejects the order"),
        next: (
            "Paga la señal de un coche: el pedido se cancela, la señal se devuelve entera y el cliente recibe el aviso.",
            "Pay the reservation of a car: the order is cancelled, the reservation is refunded in full, and the customer is told.",
        ),
        rules: || vec![FaultRule::factory(rejected_order())],
    },
    Scenario {
        key: "calidad",
        icon: IconName::Wrench,
        tone: Tone::Waiting,
        title: (
            "Control de calidad devuelve el coche y los avisos se cruzan",
            "Quality control sends the car back, and messages cross",
        ),
        next: (
            "Paga la señal de un coche y deja pasar un mes: aunque los avisos lleguen en desorden, el expediente cuenta lo que de verdad pasó y por qué cambia la fecha.",
            "Pay the reservation of a car and let a month pass: though messages come out of order, the story tells what really happened and why the date moves.",
        ),
        rules: || vec![FaultRule::factory(Fault::QualityFailure), FaultRule::factory(Fault::MixedCallbacks)],
    },
    Scenario {
        key: "falta-documento",
        icon: IconName::Document,
        tone: Tone::Waiting,
        title: ("A la matriculación le falta un documento", "The registration lacks a document"),
        next: (
            "Paga el resto de un coche: el organismo dice qué falta, cliente y concesionario lo ven, y al corregirlo y enviarlo otra vez pasa.",
            "Pay the rest of a car: the body says what is missing, customer and dealership see it, and corrected and sent again it passes.",
        ),
        rules: || {
            let asks = |country| FaultRule::registration(country, missing_document()).times(1);
            vec![asks(Country::ES), asks(Country::FR), asks(Country::GB)]
        },
    },
    Scenario {
        key: "registro-caido",
        icon: IconName::Failed,
        tone: Tone::Problem,
        title: ("La matriculación no funciona", "Registration is down"),
        next: (
            "Paga el resto de un coche: tras tres intentos quedan preparados los papeles para presentarlos a mano y el concesionario escribe la matrícula.",
            "Pay the rest of a car: after three attempts the papers are ready to be handed in by hand, and the dealership types the plate in.",
        ),
        rules: || Country::ALL.map(|country| FaultRule::registration(country, Fault::Outage)).to_vec(),
    },
    Scenario {
        key: "ausente",
        icon: IconName::Car,
        tone: Tone::Waiting,
        title: ("No hay nadie en casa", "Nobody is at home"),
        next: (
            "Deja que lleven un coche a casa y adelanta una semana: el conductor llama, espera y vuelve al concesionario; el cliente elige cuándo recogerlo.",
            "Have a car brought home and move the clock by a week: the driver calls, waits and goes back to the dealership; the customer chooses when to fetch it.",
        ),
        rules: || vec![FaultRule::transport(Fault::CustomerAbsent { returned: true })],
    },
];
