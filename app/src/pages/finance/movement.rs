//! `/operaciones/finanzas/apuntes/{id}`: the movement an entry belongs to: all its entries, and the way to its story.

use super::account::{entry_heads, entry_row, side};
use super::book_words::{account_name, movement_name};
use super::{BALANCE, DEBTS, finance, finance_crumbs};
use crate::ui::{Crumb, DataTable, Fact, IconName, KeyValueList, LinkButton, PageHeader, Status, StatusPill};
use crate::web::dates::moment;
use crate::web::{Csv, Page, PageResult, Refusal, Rows, Section, WebContext, csv_file};
use caas::finance::books::{About, BookedMovement, EntryLine, movement_of};
use caas::kernel::locale::Locale;
use caas::kernel::money::Cents;
use leptos::prelude::*;

async fn asked(web: &WebContext) -> Result<BookedMovement, Refusal> {
    finance(web)?;
    movement_of(&mut web.caas.db.read().await?, web.param_as("id")?).await?.ok_or(Refusal::NotFound)
}

/// The page.
pub(super) async fn movement_page(web: WebContext) -> PageResult {
    let booked = asked(&web).await?;
    let locale = web.locale;
    let first = booked.lines.first().ok_or(Refusal::NotFound)?;
    let title = format!("{} · {}", movement_name(first.movement, locale), moment(first.at, "UTC", locale));
    let mut crumbs = finance_crumbs(&web);
    crumbs.push(Crumb::new(BALANCE, locale.t("Balance", "Trial balance")));
    let lead = locale.t(
        "Apuntes escritos a la vez. No se cambian nunca: una corrección es otro movimiento.",
        "Entries written together. They are never changed: a correction is another movement.",
    );
    let csv = format!("{}/apuntes.csv", web.path);
    let actions = view! {
        <LinkButton href=csv icon=IconName::Download>{locale.t("Descargar en CSV", "Download as CSV")}</LinkButton>
    };
    let mut facts = about_facts(&booked.about, locale);
    facts.push(Fact::code(locale.t("Referencia", "Reference"), first.movement_id.to_string()));
    let body = view! {
        <div class="stack stack--l">
            <PageHeader title=title.clone() lead=lead crumbs=crumbs crumbs_label=locale.t("Estás en", "You are in") actions=actions.into_any()/>
            <section class="section dense" aria-labelledby="apuntes">
                <h2 id="apuntes">{locale.t("Apuntes", "Entries")}</h2>
                {lines_table(&booked.lines, locale)}
            </section>
            <section class="section" aria-labelledby="de-que">
                <h2 id="de-que">{locale.t("De qué es", "What it is about")}</h2>
                <div class="card"><KeyValueList facts=facts/></div>
            </section>
        </div>
    };
    Ok(Page::new(title, body).class("page page--narrow").section(Section::Operations))
}

/// What a payment or invoice is about, with the ways to its story.
pub(super) fn about_facts(about: &About, locale: Locale) -> Vec<Fact> {
    let link = |href: String, text: String| view! { <a href=href>{text}</a> }.into_any();
    let story = format!("/soporte/clientes/{}/expediente", about.customer_id);
    let mut facts = vec![
        Fact::text(locale.t("Concepto", "For"), about.names().get(locale).to_owned()),
        Fact::view(
            locale.t("Historia", "Story"),
            link(story, locale.t("Abrir el expediente del cliente", "Open the customer's story").to_owned()),
        ),
    ];
    if let Some(id) = about.invoice_id {
        let number = about.invoice_number.clone().unwrap_or_default();
        facts.push(Fact::view(locale.t("Factura", "Invoice"), link(format!("/operaciones/facturas/{id}"), number)));
    }
    if let Some(id) = about.debt_id {
        let text = locale.t("Abrir la deuda", "Open the debt").to_owned();
        facts.push(Fact::view(locale.t("Deuda", "Debt"), link(format!("{DEBTS}/{id}"), text)));
    }
    if let Some(number) = &about.order_number {
        facts.push(Fact::code(locale.t("Pedido del coche", "Car's order"), number.clone()));
    }
    if let Some(number) = &about.case_number {
        facts.push(Fact::code(locale.t("Caso de soporte", "Support case"), number.clone()));
    }
    if let Some(id) = &about.gateway_payment_id {
        facts.push(Fact::code(locale.t("En la pasarela", "At the gateway"), id.clone()));
    }
    facts
}

fn lines_table(lines: &[EntryLine], locale: Locale) -> AnyView {
    let [account, debit, credit] =
        [locale.t("Cuenta", "Account"), locale.t("Debe", "Debit"), locale.t("Haber", "Credit")];
    let rows = lines
        .iter()
        .map(|line| {
            let href = format!("/operaciones/finanzas/cuentas/{}?moneda={}", line.account, line.currency);
            view! {
                <tr>
                    <td data-label=account><a href=href>{account_name(line.account, locale)}</a></td>
                    <td data-label=debit class="num money">{side(line.debit, line.currency, locale)}</td>
                    <td data-label=credit class="num money">{side(line.credit, line.currency, locale)}</td>
                </tr>
            }
        })
        .collect_view();
    let sum = |of: fn(&EntryLine) -> Cents| lines.iter().map(of).fold(Cents::ZERO, |a, b| a + b);
    let (kind, verdict) = if sum(|line| line.debit) == sum(|line| line.credit) {
        (Status::Done, locale.t("Debe y haber son iguales", "Debits and credits are equal"))
    } else {
        (Status::Failed, locale.t("Debe y haber no son iguales", "Debits and credits are not equal"))
    };
    let heads = vec![account.to_owned(), format!("#{debit}"), format!("#{credit}")];
    let caption = locale.t("Apuntes del movimiento", "Entries of the movement");
    view! {
        <DataTable caption=caption caption_hidden=true heads=heads>{rows}</DataTable>
        <p><StatusPill kind=kind word=verdict/></p>
    }
    .into_any()
}

/// The entries as a file.
pub(super) async fn movement_file(web: WebContext) -> PageResult {
    let booked = asked(&web).await?;
    let csv = Csv::new(web.locale);
    let text: String = booked.lines.iter().map(|line| entry_row(csv, line)).collect();
    let name = web.locale.t("movimiento.csv", "movement.csv");
    Ok(csv_file(name, csv.row(entry_heads(web.locale)), text, move |text: String| async move {
        Ok(Rows { text, next: None })
    }))
}
