//! `/operaciones/fallos`: failures as an auditor counts them. Nobody is named: customers are hashes.

use super::period::Period;
use crate::ui::{
    CheckField, Chip, Choice, Crumb, DataTable, EmptyState, FilterBar, IconName, LinkButton, PageHeader, Pager,
    SelectField, Status, StatusPill,
};
use crate::web::dates::{exact, moment};
use crate::web::{Csv, Page, PageResult, Role, Rows, Section, WebContext, csv_file};
use caas::kernel::error::Result;
use caas::kernel::locale::Locale;
use caas::monitoring::failures::{AuditedFailure, FailureFilter, list};
use caas::monitoring::model::{Component, FailureCategory, FailureType, Resolution};
use caas::notifications::service::reason_in_words;
use leptos::prelude::*;

/// Lines on one page, and read at a time for a file.
const PAGE: i64 = 50;
const BATCH: i64 = 500;

/// What the address asks for.
#[derive(Clone, Debug, Default)]
struct Query {
    kind: Option<FailureType>,
    category: Option<FailureCategory>,
    open: bool,
    period: Period,
}

impl Query {
    fn of(web: &WebContext) -> Query {
        let value = |name| web.query(name).unwrap_or_default();
        Query {
            kind: value("tipo").parse().ok(),
            category: value("categoria").parse().ok(),
            open: value("abiertos") == "1",
            period: Period::of(web),
        }
    }

    fn href(&self, path: &str) -> String {
        let mut pairs = url::form_urlencoded::Serializer::new(String::new());
        if let Some(kind) = self.kind {
            pairs.append_pair("tipo", kind.as_str());
        }
        if let Some(category) = self.category {
            pairs.append_pair("categoria", category.as_str());
        }
        if self.open {
            pairs.append_pair("abiertos", "1");
        }
        self.period.write(&mut pairs);
        let query = pairs.finish();
        if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
    }

    fn page(&self) -> String {
        self.href("/operaciones/fallos")
    }

    fn whole(&self) -> Query {
        Query { period: self.period.whole(), ..self.clone() }
    }

    fn filter(&self, zone: &str) -> FailureFilter {
        FailureFilter {
            kind: self.kind,
            category: self.category,
            open: self.open,
            from: self.period.begins(zone),
            until: self.period.ends(zone),
            before: self.period.before,
        }
    }
}

/// The page.
pub(super) async fn failures_page(web: WebContext) -> PageResult {
    let user = web.require_role(&[Role::Operations])?;
    let (locale, query) = (web.locale, Query::of(&web));
    let mut failures = list(&mut web.caas.db.read().await?, &query.filter(&user.time_zone), PAGE + 1).await?;
    let earlier = failures.len() > PAGE as usize;
    failures.truncate(PAGE as usize);
    let next = failures
        .last()
        .filter(|_| earlier)
        .map(|last| Query { period: query.period.after((last.at, last.id)), ..query.clone() }.page());
    let first = query.period.before.map(|_| query.whole().page()).unwrap_or_default();
    let title = locale.t("Registro de fallos", "Failure audit");
    let lead = locale.t(
        "Cada fallo con su categoría, sus intentos, cómo terminó y lo que cuesta. Sin datos personales: los clientes son huellas.",
        "Each failure with its category, its attempts, how it ended and what it costs. No personal data: customers are fingerprints.",
    );
    let rows = if failures.is_empty() {
        let (title, text) = (
            locale.t("Ningún fallo con este filtro", "No failure with this filter"),
            locale.t(
                "Lo que falle aparecerá aquí en el mismo momento.",
                "What fails will appear here at that very moment.",
            ),
        );
        view! { <EmptyState title=title><p>{text}</p></EmptyState> }.into_any()
    } else {
        table(&failures, &user.time_zone, locale)?
    };
    let csv = query.whole().href("/operaciones/fallos.csv");
    let actions = view! {
        <LinkButton href="/operaciones/analisis">{locale.t("Análisis", "Analysis")}</LinkButton>
        <LinkButton href=csv icon=IconName::Download>{locale.t("Descargar en CSV", "Download as CSV")}</LinkButton>
    };
    let crumbs = vec![Crumb::new("/operaciones", locale.t("Operaciones", "Operations"))];
    let body = view! {
        <PageHeader title=title lead=lead crumbs=crumbs crumbs_label=locale.t("Estás en", "You are in") actions=actions.into_any()/>
        {form(&query, locale)}
        <div class="dense">{rows}</div>
        <Pager label=locale.t("Páginas de fallos", "Pages of failures")
            previous_href=first previous_word=locale.t("Los más recientes", "The most recent")
            next_href=next.unwrap_or_default() next_word=locale.t("Anteriores", "Earlier")/>
    };
    Ok(Page::new(title, body).section(Section::Operations))
}

fn form(query: &Query, locale: Locale) -> AnyView {
    let any = || Choice::new("", locale.t("Todos", "All"));
    let kinds: Vec<_> = std::iter::once(any())
        .chain(FailureType::ALL.iter().map(|kind| Choice::new(kind.as_str(), type_words(*kind, locale))))
        .collect();
    let categories: Vec<_> = std::iter::once(any())
        .chain(FailureCategory::ALL.iter().map(|kind| Choice::new(kind.as_str(), category_words(*kind, locale))))
        .collect();
    let whole = query.whole();
    let mut chips = Vec::new();
    if let Some(kind) = query.kind {
        chips.push(Chip::new(type_words(kind, locale), Query { kind: None, ..whole.clone() }.page()));
    }
    if let Some(category) = query.category {
        chips.push(Chip::new(category_words(category, locale), Query { category: None, ..whole.clone() }.page()));
    }
    if query.open {
        chips.push(Chip::new(locale.t("Sin resolver", "Not solved"), Query { open: false, ..whole.clone() }.page()));
    }
    chips.extend(query.period.chips(|period| Query { period, ..whole.clone() }.page(), locale));
    let clear = if chips.len() > 1 { locale.t("Quitar todo", "Remove all") } else { "" };
    let kind = query.kind.map(FailureType::as_str).unwrap_or_default();
    let category = query.category.map(FailureCategory::as_str).unwrap_or_default();
    let (days, open) = (query.period.fields(locale), query.open);
    view! {
        <FilterBar action="/operaciones/fallos" label=locale.t("Filtrar los fallos", "Filter the failures")
            submit=locale.t("Filtrar", "Filter") chips=chips remove_word=locale.t("Quitar", "Remove") clear_word=clear>
            <SelectField label=locale.t("Tipo", "Type") name="tipo" choices=kinds value=kind/>
            <SelectField label=locale.t("Categoría", "Category") name="categoria" choices=categories value=category/>
            {days}
            <CheckField label=locale.t("Solo sin resolver", "Only those not solved") name="abiertos" value="1" checked=open/>
        </FilterBar>
    }
    .into_any()
}

fn table(failures: &[AuditedFailure], zone: &str, locale: Locale) -> Result<AnyView> {
    let heads = [
        locale.t("Cuándo", "When"),
        locale.t("Tipo", "Type"),
        locale.t("Categoría", "Category"),
        locale.t("Lo detectó", "Noticed by"),
        locale.t("Intentos", "Attempts"),
        locale.t("Resolución", "Resolution"),
        locale.t("Comunicado", "Told"),
        locale.t("Impacto", "Impact"),
        locale.t("Cliente", "Customer"),
    ];
    let [when, kind, category, component, attempts, resolution, told, impact, customer] = heads;
    let mut rows = Vec::new();
    for failure in failures {
        let cost = failure.impact()?.map(|money| money.display(locale)).unwrap_or_default();
        let why = failure.code.as_deref().map(|code| reason_in_words(code, locale)).unwrap_or_default();
        let status = if failure.resolved_at.is_some() { Status::Done } else { Status::Waiting };
        let who = failure.customer.as_deref().map(|hash| hash.chars().take(12).collect::<String>());
        rows.push(view! {
            <tr>
                <td data-label=when><time datetime=exact(failure.at)>{moment(failure.at, zone, locale)}</time></td>
                <td data-label=kind><span>{type_words(failure.failure_type, locale)}" "<span class="muted small">{why}</span></span></td>
                <td data-label=category>{category_words(failure.category, locale)}</td>
                <td data-label=component>{component_words(failure.component, locale)}</td>
                <td data-label=attempts class="num">{failure.attempts}</td>
                <td data-label=resolution><StatusPill kind=status word=resolution_words(failure.resolution, locale)/></td>
                <td data-label=told class="code small">{failure.communication.clone()}</td>
                <td data-label=impact class="num money">{cost}</td>
                <td data-label=customer class="code small">{who}</td>
            </tr>
        });
    }
    let caption = locale.t("Fallos, los más recientes primero", "Failures, the most recent first");
    let heads = heads.map(|head| if head == attempts || head == impact { format!("#{head}") } else { head.to_owned() });
    Ok(view! { <DataTable caption=caption caption_hidden=true heads=heads.to_vec()>{rows}</DataTable> }.into_any())
}

/// The rows as a file.
pub(super) async fn failures_file(web: WebContext) -> PageResult {
    let user = web.require_role(&[Role::Operations])?;
    let filter = Query::of(&web).whole().filter(&user.time_zone);
    let (locale, csv) = (web.locale, Csv::new(web.locale));
    let heads = [
        locale.t("Momento (UTC)", "Moment (UTC)"),
        locale.t("Tipo", "Type"),
        locale.t("Categoría", "Category"),
        locale.t("Componente", "Component"),
        locale.t("Código", "Code"),
        locale.t("Intentos", "Attempts"),
        locale.t("Resolución", "Resolution"),
        locale.t("Resuelto (UTC)", "Solved (UTC)"),
        locale.t("Comunicado", "Told"),
        locale.t("Impacto", "Impact"),
        locale.t("Moneda", "Currency"),
        locale.t("Cliente (huella)", "Customer (fingerprint)"),
    ];
    let caas = web.caas.clone();
    Ok(csv_file("fallos.csv", csv.row(heads), None, move |before| {
        let caas = caas.clone();
        async move {
            let filter = FailureFilter { before, ..filter };
            let failures = list(&mut caas.db.read().await?, &filter, BATCH).await?;
            let last = failures.last().filter(|_| failures.len() == BATCH as usize);
            let next = last.map(|failure| Some((failure.at, failure.id)));
            let text = failures.iter().map(|failure| row(csv, failure)).collect::<Result<String>>()?;
            Ok(Rows { text, next })
        }
    }))
}

fn row(csv: Csv, failure: &AuditedFailure) -> Result<String> {
    let impact = failure.impact()?.map(|money| money.decimal()).unwrap_or_default();
    Ok(csv.row([
        exact(failure.at).as_str(),
        failure.failure_type.as_str(),
        failure.category.as_str(),
        failure.component.as_str(),
        failure.code.as_deref().unwrap_or_default(),
        &failure.attempts.to_string(),
        failure.resolution.as_str(),
        &failure.resolved_at.map(exact).unwrap_or_default(),
        failure.communication.as_deref().unwrap_or_default(),
        &impact,
        failure.currency.as_deref().unwrap_or_default(),
        failure.customer.as_deref().unwrap_or_default(),
    ]))
}

fn type_words(kind: FailureType, locale: Locale) -> &'static str {
    match kind {
        FailureType::OtaActivation => locale.t("Activación fallida", "Activation failed"),
        FailureType::LateConfirmation => locale.t("Confirmación tardía", "Late confirmation"),
        FailureType::Deactivation => locale.t("Desactivación fallida", "Deactivation failed"),
        FailureType::Restore => locale.t("Servicio sin restablecer", "Service not put back"),
        FailureType::PaymentDeclined => locale.t("Pago rechazado", "Payment declined"),
        FailureType::PaymentNeverMade => locale.t("Pago nunca hecho", "Payment never made"),
        FailureType::HoldLapsed => locale.t("Retención caducada tras entregar", "Hold lapsed after delivery"),
        FailureType::Settlement => locale.t("Liquidación fallida", "Settlement failed"),
        FailureType::Chargeback => locale.t("Devolución del banco", "Chargeback"),
        FailureType::ReservationDeclined => locale.t("Señal rechazada", "Reservation declined"),
        FailureType::FinalPayment => locale.t("Pago final fallido", "Final payment failed"),
        FailureType::Notification => locale.t("Aviso no entregado", "Message not delivered"),
        FailureType::FactoryManual => locale.t("Pedido sin respuesta de fábrica", "Order without the factory's answer"),
        FailureType::FactoryRejected => locale.t("La fábrica no lo fabrica", "The factory does not build it"),
        FailureType::RegistrationManual => locale.t("Matriculación a mano", "Registration by hand"),
        FailureType::RegistrationRejected => locale.t("Matriculación rechazada", "Registration refused"),
        FailureType::SubscriptionUnpaid => locale.t("Suscripción sin pagar", "Subscription left unpaid"),
        FailureType::RefundLate => locale.t("Devolución que tarda", "Refund that takes long"),
        FailureType::MaintenanceBlocked => locale.t("Bloqueado por mantenimiento", "Blocked by maintenance"),
        FailureType::VssSilent => locale.t("Los talleres no respondieron", "The workshops did not answer"),
        FailureType::TransportFailed => locale.t("Entrega a domicilio fallida", "Home delivery failed"),
    }
}

fn category_words(category: FailureCategory, locale: Locale) -> &'static str {
    match category {
        FailureCategory::Technical => locale.t("Técnica", "Technical"),
        FailureCategory::Business => locale.t("De negocio", "Business"),
        FailureCategory::DataValidation => locale.t("Validación de datos", "Data validation"),
        FailureCategory::ExternalSystem => locale.t("Sistema externo", "External system"),
    }
}

fn component_words(component: Component, locale: Locale) -> &'static str {
    match component {
        Component::OtaEngine => locale.t("Motor OTA", "OTA engine"),
        Component::Payments => locale.t("Pagos", "Payments"),
        Component::Settlement => locale.t("Liquidación", "Settlement"),
        Component::Notifications => locale.t("Avisos", "Messages"),
        Component::Factory => locale.t("Fábrica", "Factory"),
        Component::Registration => locale.t("Matriculación", "Registration"),
        Component::Billing => locale.t("Facturación", "Billing"),
        Component::Maintenance => locale.t("Mantenimiento", "Maintenance"),
        Component::Delivery => locale.t("Entrega", "Delivery"),
    }
}

fn resolution_words(resolution: Resolution, locale: Locale) -> &'static str {
    match resolution {
        Resolution::Open => locale.t("Sin resolver", "Not solved"),
        Resolution::OrderEnded => locale.t("Pedido terminado sin cobro", "Order ended without a charge"),
        Resolution::ActivatedByHand => locale.t("Activado a mano", "Activated by hand"),
        Resolution::Ordered => locale.t("Pedido a la fábrica", "Ordered from the factory"),
        Resolution::TriedAgain => locale.t("Presentado de nuevo", "Submitted again"),
        Resolution::DoneAfterAll => locale.t("Hecho al final", "Done after all"),
        Resolution::SaleCancelled => locale.t("Venta cancelada y devuelta", "Sale cancelled and refunded"),
        Resolution::PermanentFailure => locale.t("Fallo permanente", "Permanent failure"),
        Resolution::ClosedWithoutCharge => locale.t("Cerrado sin cobro", "Closed without a charge"),
        Resolution::SwitchedOff => locale.t("Desactivado", "Switched off"),
        Resolution::NoLongerNeeded => locale.t("Ya no hacía falta", "No longer needed"),
        Resolution::PaidAfterAll => locale.t("Pagado al final", "Paid after all"),
        Resolution::Absorbed => locale.t("Asumido por CaaS", "Borne by CaaS"),
        Resolution::OtherChannels => locale.t("Por otras vías", "By other channels"),
    }
}
