//! States and words.

use crate::kernel::locale::Locale;

codes! {
    /// How far a copy of somebody's data is.
    pub enum ExportState {
        /// Asked for; a job makes it.
        Requested = "REQUESTED",
        /// Can be downloaded.
        Ready = "READY",
        /// Thrown away.
        Expired = "EXPIRED",
    }
}

codes! {
    /// How far the erasure of an account is.
    pub enum ErasureState {
        /// Planned, and can be taken back.
        Planned = "PLANNED",
        /// The customer keeps the account.
        TakenBack = "TAKEN_BACK",
        /// Something stood in the way on the day.
        Stopped = "STOPPED",
        /// Done.
        Done = "DONE",
    }
}

codes! {
    /// What keeps an account from being erased, or a car from being passed on, until it is settled.
    pub enum Obstacle {
        /// A service is on its way: cancel it, or wait.
        OpenPurchase = "OPEN_PURCHASE",
        /// A subscription runs: cancel it.
        Subscription = "SUBSCRIPTION",
        /// Something is owed: pay it.
        Debt = "DEBT",
        /// A period that has ended is still being charged.
        UnpaidInvoice = "UNPAID_INVOICE",
        /// A car is on order or not handed over yet.
        CarOnOrder = "CAR_ON_ORDER",
        /// The bank is still moving money.
        MoneyUnderWay = "MONEY_UNDER_WAY",
    }
}

codes! {
    /// How far passing a car on is.
    pub enum OwnerChangeState {
        /// The new owner was asked.
        Offered = "OFFERED",
        /// The car has its new owner.
        Accepted = "ACCEPTED",
        /// Taken back, or too many wrong codes.
        Withdrawn = "WITHDRAWN",
        /// Nobody accepted in time.
        Expired = "EXPIRED",
    }
}

codes! {
    /// Why a car was not passed on, or not yet.
    pub enum OwnerChangeRefusal {
        /// No such car or offer for this person.
        NotFound = "NOT_FOUND",
        /// The address is no address.
        Email = "EMAIL",
        /// The name is missing or too long.
        Name = "NAME",
        /// The address is the owner's own.
        Same = "SAME",
        /// The address belongs to somebody who can't have cars here.
        NoCustomer = "NO_CUSTOMER",
        /// Something of the owner's is still open about the car.
        InTheWay = "IN_THE_WAY",
        /// The owner has offered cars so often that it looks like mail to strangers.
        TooMany = "TOO_MANY",
        /// The car is being offered already.
        AlreadyOffered = "ALREADY_OFFERED",
        /// The code is wrong.
        WrongCode = "WRONG_CODE",
        /// The code was wrong too often: the offer is over.
        TooManyCodes = "TOO_MANY_CODES",
        /// The offer is over.
        Over = "OVER",
    }
}

impl OwnerChangeRefusal {
    /// What happened and what to do now.
    pub const fn text(self, locale: Locale) -> &'static str {
        match self {
            OwnerChangeRefusal::NotFound => locale.t("Ese coche no está aquí.", "That car is not here."),
            OwnerChangeRefusal::Email => locale.t(
                "Escribe un correo completo, como nombre@ejemplo.es.",
                "Enter a whole email address, like name@example.com.",
            ),
            OwnerChangeRefusal::Name => locale.t("Escribe su nombre.", "Enter their name."),
            OwnerChangeRefusal::Same => locale.t(
                "Es el correo de quien ya tiene el coche. Escribe el del nuevo dueño.",
                "That is the address of whoever has the car already. Enter the new owner's.",
            ),
            OwnerChangeRefusal::NoCustomer => locale.t(
                "Con ese correo no se puede tener un coche aquí. Pide otro a la persona.",
                "That address can't have a car here. Ask the person for another one.",
            ),
            OwnerChangeRefusal::InTheWay => locale.t(
                "Queda algo abierto sobre el coche: cancélalo o espera a que termine, y vuelve a intentarlo.",
                "Something about the car is still open: cancel it or wait until it is over, then try again.",
            ),
            OwnerChangeRefusal::TooMany => locale.t(
                "Has ofrecido coches muchas veces en un día. Vuelve a intentarlo mañana, o pídeselo a soporte.",
                "You have offered cars many times in a day. Try again tomorrow, or ask support.",
            ),
            OwnerChangeRefusal::AlreadyOffered => locale.t(
                "El coche ya está ofrecido. Retira esa oferta para hacer otra.",
                "The car is being offered already. Take that offer back to make another.",
            ),
            OwnerChangeRefusal::WrongCode => locale.t(
                "El código no es ese. Míralo otra vez: son ocho letras y cifras.",
                "That is not the code. Look again: it has eight letters and digits.",
            ),
            OwnerChangeRefusal::TooManyCodes => locale.t(
                "Demasiados códigos equivocados: la oferta ha terminado. Pide que la hagan otra vez.",
                "Too many wrong codes: the offer is over. Ask for a new one.",
            ),
            OwnerChangeRefusal::Over => {
                locale.t("La oferta ha terminado. Pide que la hagan otra vez.", "The offer is over. Ask for a new one.")
            }
        }
    }
}

/// Full calendar years for which the law wants the buyer named on invoices, counted from the end of the year of the last
/// one. ES: Código de Comercio art. 30 (tax law: 4, LGT art. 66); FR: Code de commerce L123-22; DE: § 147 AO and § 14b
/// UStG, 8 for invoices since 2025, 10 for books; GB: VAT Notice 700/21; US: none so long for a consumer's invoice, 7 is
/// the IRS's longest. Elsewhere the longest of them.
pub fn years_kept(country: &str) -> i32 {
    match country {
        "ES" | "GB" => 6,
        "US" => 7,
        _ => 10,
    }
}
