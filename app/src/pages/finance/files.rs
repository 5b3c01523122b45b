//! The lists as files for spreadsheets.

use super::finance;
use super::subscriptions::next_month;
use crate::web::dates::exact;
use crate::web::{Csv, PageResult, Rows, WebContext, csv_file};
use caas::kernel::money::Money;
use caas::subscriptions::desk;
use caas::subscriptions::model::{DebtId, DebtState, SubscriptionId};
use caas::subscriptions::preview::{self, After, DayTotal};

/// Lines read at a time.
const BATCH: i64 = 500;

/// `/operaciones/deudas.csv`
pub(super) async fn debts_file(web: WebContext) -> PageResult {
    finance(&web)?;
    let (locale, csv) = (web.locale, Csv::new(web.locale));
    let state: Option<DebtState> = web.query("estado").and_then(|code| code.parse().ok());
    let heads = [
        locale.t("Referencia", "Reference"),
        locale.t("Desde (UTC)", "Since (UTC)"),
        locale.t("Cliente", "Customer"),
        locale.t("Correo", "Email"),
        locale.t("Suscripción", "Subscription"),
        locale.t("Importe", "Amount"),
        locale.t("Moneda", "Currency"),
        locale.t("Estado", "State"),
        locale.t("Cerrada (UTC)", "Closed (UTC)"),
        locale.t("Motivo", "Reason"),
    ];
    let caas = web.caas.clone();
    Ok(csv_file(locale.t("deudas.csv", "debts.csv"), csv.row(heads), None::<DebtId>, move |before| {
        let caas = caas.clone();
        async move {
            let lines = desk::debts(&mut caas.db.read().await?, state, before, BATCH).await?;
            let next = lines.last().filter(|_| lines.len() == BATCH as usize).map(|line| Some(line.debt.id));
            let row = |line: &desk::DebtLine| {
                let debt = &line.debt;
                csv.row([
                    debt.id.to_string().as_str(),
                    &exact(debt.created_at),
                    &line.customer_name,
                    &line.customer_email,
                    line.service_names.0.get(locale),
                    &debt.amount().decimal(),
                    debt.currency.as_str(),
                    debt.state.as_str(),
                    &debt.closed_at.map(exact).unwrap_or_default(),
                    debt.reason.as_deref().unwrap_or_default(),
                ])
            };
            Ok(Rows { text: lines.iter().map(row).collect(), next })
        }
    }))
}

/// `/operaciones/suscripciones/impagos.csv`
pub(super) async fn past_due_file(web: WebContext) -> PageResult {
    finance(&web)?;
    let (locale, csv) = (web.locale, Csv::new(web.locale));
    let heads = [
        locale.t("Suscripción", "Subscription"),
        locale.t("Servicio", "Service"),
        locale.t("Cliente", "Customer"),
        locale.t("Correo", "Email"),
        locale.t("Por cobrar", "To be charged"),
        locale.t("Moneda", "Currency"),
        locale.t("Fallos", "Failures"),
        locale.t("Siguiente intento (UTC)", "Next try (UTC)"),
        locale.t("Se acaba (UTC)", "Ends (UTC)"),
    ];
    let caas = web.caas.clone();
    Ok(csv_file(locale.t("impagos.csv", "past-due.csv"), csv.row(heads), None::<SubscriptionId>, move |after| {
        let caas = caas.clone();
        async move {
            let lines = desk::past_due(&mut caas.db.read().await?, after, BATCH).await?;
            let next = lines.last().filter(|_| lines.len() == BATCH as usize).map(|line| Some(line.subscription.id));
            let row = |line: &desk::PastDueLine| {
                let s = &line.subscription;
                csv.row([
                    s.id.to_string().as_str(),
                    s.service_names.0.get(locale),
                    &line.customer_name,
                    &line.customer_email,
                    &line.open().decimal(),
                    s.currency.as_str(),
                    &s.failures.to_string(),
                    &s.next_charge_at.map(exact).unwrap_or_default(),
                    &s.dunning_ends_at.map(exact).unwrap_or_default(),
                ])
            };
            Ok(Rows { text: lines.iter().map(row).collect(), next })
        }
    }))
}

/// `/operaciones/suscripciones.csv`: what the next month will bill, by day, service and currency.
pub(super) async fn preview_file(web: WebContext) -> PageResult {
    finance(&web)?;
    let (locale, csv) = (web.locale, Csv::new(web.locale));
    let heads = [
        locale.t("Día", "Day"),
        locale.t("Servicio", "Service"),
        locale.t("Moneda", "Currency"),
        locale.t("Periodos", "Periods"),
        locale.t("Importe con IVA", "Amount with VAT"),
    ];
    let (caas, month) = (web.caas.clone(), next_month(web.caas.now()));
    Ok(csv_file(locale.t("prevision.csv", "preview.csv"), csv.row(heads), None::<After>, move |after| {
        let caas = caas.clone();
        async move {
            let totals = preview::totals(&mut caas.db.read().await?, month, after, BATCH).await?;
            let last = totals.last().filter(|_| totals.len() == BATCH as usize);
            let next = last.map(|last| Some((last.day, last.service_id, last.currency)));
            let row = |total: &DayTotal| {
                csv.row([
                    total.day.to_string().as_str(),
                    total.service_names.0.get(locale),
                    total.currency.as_str(),
                    &total.subscriptions.to_string(),
                    &Money::new(total.cents, total.currency).decimal(),
                ])
            };
            Ok(Rows { text: totals.iter().map(row).collect(), next })
        }
    }))
}
