//! Accounts and movements of the books in plain words.

use caas::kernel::locale::Locale;
use caas::payments::ledger::{Account, Movement};

/// What an account is called.
pub(super) fn account_name(account: Account, locale: Locale) -> &'static str {
    match account {
        Account::Holds => locale.t("Retenciones", "Holds"),
        Account::HoldsOwed => locale.t("Retenciones por devolver", "Holds owed back"),
        Account::GatewayReceivable => locale.t("La pasarela nos debe", "Gateway receivable"),
        Account::Bank => locale.t("Banco", "Bank"),
        Account::Fees => locale.t("Comisiones", "Fees"),
        Account::Revenue => locale.t("Ingresos", "Revenue"),
        Account::VatPayable => locale.t("IVA por ingresar", "VAT payable"),
        Account::AbsorbedCost => locale.t("Coste asumido", "Absorbed cost"),
        Account::CustomersReceivable => locale.t("Los clientes nos deben", "Customers receivable"),
        Account::WrittenOff => locale.t("Condonado", "Written off"),
    }
}

/// What stands on it, in one sentence.
pub(super) fn account_meaning(account: Account, locale: Locale) -> &'static str {
    match account {
        Account::Holds => locale.t(
            "Dinero de clientes que la pasarela retiene para nosotros; todavía no es nuestro.",
            "Customers' money that the gateway holds for us; not ours yet.",
        ),
        Account::HoldsOwed => locale
            .t("Lo mismo, visto como lo que habría que soltar.", "The same, seen as what would have to be let go."),
        Account::GatewayReceivable => {
            locale.t("Cobrado y aún no ingresado en el banco.", "Charged, and not yet in the bank.")
        }
        Account::Bank => locale.t("Lo que la pasarela ha ingresado.", "What the gateway has paid out."),
        Account::Fees => locale.t("Lo que la pasarela se queda.", "What the gateway keeps."),
        Account::Revenue => locale.t("Ventas sin IVA.", "Sales without VAT."),
        Account::VatPayable => locale.t("IVA cobrado que hay que declarar.", "VAT charged that we owe."),
        Account::AbsorbedCost => locale
            .t("Lo entregado que nunca se pagó: lo asume CaaS.", "What was delivered and never paid: CaaS bears it."),
        Account::CustomersReceivable => {
            locale.t("Facturas emitidas y sin cobrar.", "Invoices that are issued and not yet charged.")
        }
        Account::WrittenOff => locale.t("Deudas a las que se ha renunciado.", "Debts that were given up."),
    }
}

/// What happened.
pub(super) fn movement_name(movement: Movement, locale: Locale) -> &'static str {
    match movement {
        Movement::Hold => locale.t("Retención", "Hold"),
        Movement::Release => locale.t("Retención liberada", "Hold released"),
        Movement::Capture => locale.t("Cobro tras la entrega", "Charge after delivery"),
        Movement::Charge => locale.t("Cobro directo", "Charge at once"),
        Movement::Refund => locale.t("Devolución", "Refund"),
        Movement::Settlement => locale.t("Ingreso en el banco", "Paid out to the bank"),
        Movement::Absorb => locale.t("Coste asumido", "Cost absorbed"),
        Movement::Recovery => locale.t("Recuperado tras asumirlo", "Recovered after it was absorbed"),
        Movement::Chargeback => locale.t("Contracargo", "Chargeback"),
        Movement::Invoice => locale.t("Factura emitida", "Invoice issued"),
        Movement::CreditNote => locale.t("Factura rectificativa", "Credit note"),
        Movement::WriteOff => locale.t("Deuda condonada", "Debt written off"),
    }
}
