//! People of the demo who buy a car.

/// Somebody of the demo who buys a car.
#[derive(Debug, Clone, Copy)]
pub struct DemoBuyer {
    /// Who it is.
    pub name: &'static str,
    /// To sign in.
    pub email: &'static str,
    /// DNI.
    pub tax_id: &'static str,
    /// YYYY-MM-DD.
    pub born: &'static str,
    /// Which car.
    pub wanted: Wanted,
    /// Street, city and postal code to which it is brought; nothing: it is picked up.
    pub home: Option<(&'static str, &'static str, &'static str)>,
    /// How far it is when the demo begins, in Spanish and English.
    pub stage: (&'static str, &'static str),
}

/// A car that somebody of the demo wants.
#[derive(Debug, Clone, Copy)]
pub enum Wanted {
    /// To be built.
    Built {
        /// The model's code.
        model: &'static str,
        /// The colour's code.
        colour: &'static str,
        /// Codes of its options.
        options: &'static [&'static str],
    },
    /// This VIN of the dealership's stock.
    InStock(&'static str),
}

/// Whose past is lived before the demo begins: a car in each stage.
pub const BUYERS: [&DemoBuyer; 6] = [&CARMEN, &HUGO, &SOFIA, &JORGE, &INES, &PABLO];

/// Has had her car for some days.
pub const CARMEN: DemoBuyer = DemoBuyer {
    name: "Carmen Robles",
    email: "carmen@demo.caas.example",
    tax_id: "23456789D",
    born: "1971-05-23",
    wanted: Wanted::Built { model: "ALCOR", colour: "GREY", options: &["ROOF_RAILS"] },
    home: Some(("Calle de Velázquez 27, 4.º", "Madrid", "28001")),
    stage: ("entregado", "delivered"),
};
/// His car has arrived and the rest is due.
pub const HUGO: DemoBuyer = DemoBuyer {
    name: "Hugo Marín",
    email: "hugo@demo.caas.example",
    tax_id: "34567890V",
    born: "1990-11-02",
    wanted: Wanted::Built { model: "LINCE", colour: "BLUE", options: &["HEAT_PUMP", "GLASS_ROOF"] },
    home: Some(("Avenida de América 8, 2.º B", "Madrid", "28028")),
    stage: ("pago final pendiente", "final payment due"),
};
/// Waits for a car that is being built.
pub const SOFIA: DemoBuyer = DemoBuyer {
    name: "Sofía Benet",
    email: "sofia@demo.caas.example",
    tax_id: "45678901G",
    born: "1984-01-17",
    wanted: Wanted::Built { model: "TAJO", colour: "SAND", options: &["WINTER_PACK"] },
    home: Some(("Plaza de Olavide 3, 1.º", "Madrid", "28010")),
    stage: ("en fabricación", "being built"),
};
/// Comes for his car in some days.
pub const JORGE: DemoBuyer = DemoBuyer {
    name: "Jorge Linares",
    email: "jorge@demo.caas.example",
    tax_id: "56789012B",
    born: "1966-08-30",
    wanted: Wanted::InStock("VSSZZZBRSTR000506"),
    home: None,
    stage: ("con cita para recogerlo", "with a time to pick it up"),
};
/// Has paid, and one paper is missing for the registration.
pub const INES: DemoBuyer = DemoBuyer {
    name: "Inés Calvo",
    email: "ines@demo.caas.example",
    tax_id: "67890123B",
    born: "1993-04-11",
    wanted: Wanted::InStock("VSSZZZLNCTR000507"),
    home: Some(("Calle del Pez 12, 3.º", "Madrid", "28004")),
    stage: ("falta un documento", "a paper is missing"),
};
/// Lost a car: his bank declined the final payment.
pub const PABLO: DemoBuyer = DemoBuyer {
    name: "Pablo Ruiz",
    email: "pablo@demo.caas.example",
    tax_id: "78901234X",
    born: "1998-12-05",
    wanted: Wanted::InStock("VSSZZZALCTR000508"),
    home: None,
    stage: ("perdido: pago rechazado", "lost: payment declined"),
};

/// Has to pay the señal.
pub(super) const TOMÁS: DemoBuyer = DemoBuyer {
    name: "Tomás Aguirre",
    email: "cliente2@demo.caas.example",
    tax_id: "12345678Z",
    born: "1979-03-14",
    wanted: Wanted::Built { model: "ALCOR", colour: "BLUE", options: &["GLASS_ROOF", "TOW_BAR"] },
    home: Some(("Calle de Ferraz 40, 3.º", "Madrid", "28008")),
    stage: ("señal pendiente", "reservation due"),
};
