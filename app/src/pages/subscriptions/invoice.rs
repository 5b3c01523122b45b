//! `/expediente/facturas/{id}`: one invoice, to read and to print. What stands on it is as of its issue.

use super::invoices::kind_words;
use super::words::{days, invoice_state, period_words, vat_rate};
use super::{INVOICES, customer, debt_path, invoice_path, path_of};
use crate::pages::expediente::states::Reader;
use crate::ui::{ButtonKind, Crumb, DataTable, Fact, KeyValueList, LinkButton, Notice, PageHeader, StatusPill, Tone};
use crate::web::dates::day;
use crate::web::{Page, PageResult, Refusal, Section, WebContext};
use caas::accounts::Country;
use caas::kernel::locale::Locale;
use caas::kernel::money::{Cents, Money};
use caas::kernel::when::calendar_day;
use caas::subscriptions::invoices::Invoice;
use caas::subscriptions::model::{InvoiceKind, InvoiceState};
use caas::subscriptions::view::{self, InvoiceView};
use leptos::prelude::*;

/// What a country is called; the code of one that nobody lives in here any more.
fn country_name(code: &str, locale: Locale) -> String {
    Country::by_code(code).map_or(code, |country| country.name(locale)).to_owned()
}

/// The customer's page.
pub(super) async fn invoice_page(web: WebContext) -> PageResult {
    let user = customer(&web)?.clone();
    let locale = web.locale;
    let mut tx = web.caas.db.read().await?;
    let view = view::invoice(&mut tx, Some(user.id), web.param_as("id")?).await?.ok_or(Refusal::Hidden("invoice"))?;
    drop(tx);
    let reader = Reader { locale, zone: &user.time_zone };
    let title = format!("{} {}", kind_words(view.invoice.kind, locale), view.invoice.number);
    let crumbs = vec![
        Crumb::new("/expediente", locale.t("Expediente", "My cars")),
        Crumb::new(INVOICES, locale.t("Facturas", "Invoices")),
    ];
    let body = view! {
        <PageHeader title=title.clone() crumbs=crumbs crumbs_label=locale.t("Estás en", "You are in")/>
        {to_do(&view.invoice, locale)}
        {paper(&view, reader, true)}
        <p class="muted no-print">
            {locale.t("Usa la función de imprimir de tu navegador; también puede guardarla como PDF.", "Use your browser's print function; it can also save a PDF.")}
        </p>
    };
    Ok(Page::new(title, body).class("page page--narrow").section(Section::Expediente))
}

/// Where it is paid, while it is not.
fn to_do(invoice: &Invoice, locale: Locale) -> Option<AnyView> {
    let (title, text, href, word) = match (invoice.state, invoice.debt_id) {
        (InvoiceState::InDebt, Some(debt)) => (
            locale.t("No está pagada: es parte de una deuda", "It is not paid: it is part of a debt"),
            locale.t("La deuda se paga entera, de una vez.", "The debt is paid as a whole, at once."),
            debt_path(debt),
            locale.t("Ver y pagar la deuda", "See and pay the debt"),
        ),
        (InvoiceState::Issued, _) => (
            locale.t("Todavía no está pagada", "It is not paid yet"),
            locale.t(
                "Se cobra sola. En la suscripción ves cómo va y puedes pagarla con otro método.",
                "It is charged by itself. On the subscription you see how that goes and can pay with another method.",
            ),
            path_of(invoice.subscription_id),
            locale.t("Ver la suscripción", "See the subscription"),
        ),
        _ => return None,
    };
    let action = view! { <LinkButton href=href kind=ButtonKind::Primary>{word}</LinkButton> };
    Some(
        view! {
            <div class="no-print"><Notice tone=Tone::Waiting title=title action=action.into_any()>{text}</Notice></div>
        }
        .into_any(),
    )
}

/// The invoice as a sheet of paper. `links`: whether what belongs to it can be opened.
pub(in crate::pages) fn paper(view: &InvoiceView, reader: Reader<'_>, links: bool) -> AnyView {
    let locale = reader.locale;
    let invoice = &view.invoice;
    let (kind, word) = match invoice.kind {
        InvoiceKind::CreditNote => (crate::ui::Status::Info, kind_words(invoice.kind, locale)),
        InvoiceKind::Period | InvoiceKind::UsedDays => invoice_state(invoice.state, locale),
    };
    let address = invoice.seller_address.lines().map(|line| view! { <span>{line.to_owned()}</span> }).collect_view();
    let total = invoice.gross().display(locale);
    view! {
        <article class="invoice card">
            <header class="invoice__head">
                <div>
                    <p class="invoice__kind">{kind_words(invoice.kind, locale)}</p>
                    <p class="invoice__number code">{invoice.number.clone()}</p>
                </div>
                <StatusPill kind=kind word=word/>
            </header>
            <div class="invoice__parties">
                <section aria-labelledby="vendedor">
                    <h2 id="vendedor">{locale.t("Vendedor", "Seller")}</h2>
                    <address>
                        <strong>{invoice.seller_name.clone()}</strong>
                        {address}
                        <span>{locale.t("NIF", "Tax id")}" "<span class="code">{invoice.seller_tax_id.clone()}</span></span>
                    </address>
                </section>
                <section aria-labelledby="comprador">
                    <h2 id="comprador">{locale.t("Comprador", "Buyer")}</h2>
                    <address>
                        <strong>{invoice.buyer_name.clone()}</strong>
                        <span>{invoice.buyer_email.clone()}</span>
                        <span>{country_name(&invoice.buyer_country, locale)}</span>
                    </address>
                </section>
            </div>
            <KeyValueList facts=facts(view, reader, links)/>
            {lines(view, locale)}
            {vat(view, locale)}
            <p class="summary__total"><span>{locale.t("Total, IVA incluido", "Total, VAT included")}</span><strong>{total}</strong></p>
        </article>
    }
    .into_any()
}

fn facts(view: &InvoiceView, reader: Reader<'_>, links: bool) -> Vec<Fact> {
    let locale = reader.locale;
    let invoice = &view.invoice;
    let mut facts = vec![
        Fact::text(locale.t("Fecha", "Date"), calendar_day(invoice.issued_on.0, locale)),
        Fact::text(locale.t("Días facturados", "Days billed"), period_words(invoice.period(), locale)),
    ];
    if invoice.kind != InvoiceKind::CreditNote {
        facts.push(Fact::text(locale.t("Vencimiento", "Due"), calendar_day(invoice.due_on.0, locale)));
    }
    if let Some(car) = &view.vehicle {
        facts.push(Fact::text(locale.t("Coche", "Car"), car.label()));
    }
    if let Some(at) = invoice.paid_at {
        let method = view.method.as_ref().map(|method| format!(", {}", method.label(locale))).unwrap_or_default();
        facts.push(Fact::text(locale.t("Pagada el", "Paid on"), format!("{}{method}", day(at, reader.zone, locale))));
    }
    let link = |id, number: &String| {
        let (href, number) = (invoice_path(id), number.clone());
        if links {
            view! { <a class="code" href=href>{number}</a> }.into_any()
        } else {
            view! { <span class="code">{number}</span> }.into_any()
        }
    };
    if let (Some(id), Some(number)) = (invoice.credits_id, &view.credits) {
        facts.push(Fact::view(locale.t("Anula la factura", "Undoes invoice"), link(id, number)));
    }
    if let Some((id, number)) = &view.credited_by {
        facts.push(Fact::view(locale.t("Anulada por", "Cancelled by"), link(*id, number)));
    }
    facts
}

fn lines(view: &InvoiceView, locale: Locale) -> AnyView {
    let [what, period, count, amount] = [
        locale.t("Concepto", "Item"),
        locale.t("Días", "Days"),
        locale.t("Cantidad", "Quantity"),
        locale.t("Importe con IVA", "Amount with VAT"),
    ];
    let currency = view.invoice.currency;
    let rows = view
        .lines
        .iter()
        .map(|line| {
            let name = line.service_names.0.get(locale).to_owned();
            let of = caas::subscriptions::model::Period { start: line.period_start, end: line.period_end };
            let quantity = if line.days == line.of_days {
                locale.t("1 mes", "1 month").to_owned()
            } else {
                match locale {
                    Locale::Es => format!("{} de {}", days(line.days, locale), line.of_days),
                    Locale::En => format!("{} of {}", days(line.days, locale), line.of_days),
                }
            };
            view! {
                <tr>
                    <td data-label=what>{locale.t("Suscripción:", "Subscription:")}" "{name}</td>
                    <td data-label=period>{period_words(of, locale)}</td>
                    <td data-label=count>{quantity}</td>
                    <td data-label=amount class="num money">{Money::new(line.gross_cents, currency).display(locale)}</td>
                </tr>
            }
        })
        .collect_view();
    let heads = vec![what.to_owned(), period.to_owned(), count.to_owned(), format!("#{amount}")];
    view! { <DataTable caption=locale.t("Lo que se factura", "What is billed") heads=heads>{rows}</DataTable> }
        .into_any()
}

/// The VAT, rate by rate.
fn vat(view: &InvoiceView, locale: Locale) -> AnyView {
    let [rate, net, tax, gross] = [
        locale.t("IVA", "VAT"),
        locale.t("Base imponible", "Without VAT"),
        locale.t("Cuota", "VAT amount"),
        locale.t("Total", "Total"),
    ];
    let mut rates: Vec<(i64, Cents, Cents, Cents)> = Vec::new();
    for line in &view.lines {
        let of_line = (line.net_cents, line.vat_cents, line.gross_cents);
        match rates.iter_mut().find(|(rate, ..)| *rate == line.vat_rate_basis_points) {
            Some((_, net, vat, gross)) => {
                (*net, *vat, *gross) = (*net + of_line.0, *vat + of_line.1, *gross + of_line.2);
            }
            None => rates.push((line.vat_rate_basis_points, of_line.0, of_line.1, of_line.2)),
        }
    }
    let money = |cents| Money::new(cents, view.invoice.currency).display(locale);
    let rows = rates
        .into_iter()
        .map(|(basis_points, without, of_it, with)| {
            view! {
                <tr>
                    <td data-label=rate>{vat_rate(basis_points, locale)}</td>
                    <td data-label=net class="num money">{money(without)}</td>
                    <td data-label=tax class="num money">{money(of_it)}</td>
                    <td data-label=gross class="num money">{money(with)}</td>
                </tr>
            }
        })
        .collect_view();
    let heads = vec![rate.to_owned(), format!("#{net}"), format!("#{tax}"), format!("#{gross}")];
    view! { <DataTable caption=locale.t("El IVA", "The VAT") heads=heads>{rows}</DataTable> }.into_any()
}
