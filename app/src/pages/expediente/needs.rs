//! What needs the customer, or is being looked at for them.

use super::states::Reader;
use crate::pages::order::Needs;
use crate::pages::subscriptions;
use crate::ui::{ButtonKind, LinkButton, Notice, Tone};
use caas::activation::repository::Activation;
use caas::kernel::locale::Locale;
use caas::payments::repository::{Payment, PaymentLine};
use leptos::prelude::*;

/// The list; nothing when nothing is needed.
pub(super) fn needs(
    orders: &Needs,
    waiting: &[PaymentLine],
    open: &[Activation],
    subscriptions: Vec<AnyView>,
    reader: Reader<'_>,
) -> Option<AnyView> {
    let locale = reader.locale;
    // An order says by itself that its payment has to be confirmed.
    let money: Vec<_> = waiting
        .iter()
        .filter(|one| one.payment.order.is_none() || one.payment.state.is_over())
        .map(|one| payment(one, locale))
        .collect();
    let with_support: Vec<_> = open.iter().filter(|a| a.state.is_with_support()).collect();
    if orders.is_empty() && money.is_empty() && with_support.is_empty() && subscriptions.is_empty() {
        return None;
    }
    let support = with_support.into_iter().map(|a| support(a, locale)).collect_view();
    Some(
        view! {
            <section class="section" aria-labelledby="pendiente">
                <h2 id="pendiente">{locale.t("Pendiente", "To look at")}</h2>
                <div class="needs">{orders.notices()}{subscriptions}{money}{support}</div>
            </section>
        }
        .into_any(),
    )
}

fn payment(one: &PaymentLine, locale: Locale) -> AnyView {
    let names = one.names();
    let (service, amount) = (names.get(locale), one.payment.amount().display(locale));
    if one.payment.authentication_url.is_some() && !one.payment.state.is_over() {
        let title = match locale {
            Locale::Es => format!("Tu banco pide que confirmes {amount} para {service}"),
            Locale::En => format!("Your bank asks you to confirm {amount} for {service}"),
        };
        let href = payment_href(&one.payment);
        let action = view! {
            <LinkButton href=href kind=ButtonKind::Primary>{locale.t("Confirmar el pago", "Confirm the payment")}</LinkButton>
        };
        return view! {
            <Notice tone=Tone::Waiting title=title action=action.into_any()>
                {locale.t("Hasta entonces no se retiene ni se cobra nada.", "Until then nothing is held or charged.")}
            </Notice>
        }
        .into_any();
    }
    if one.payment.order.is_some() {
        let title = match locale {
            Locale::Es => format!("Tu banco no nos ha transferido {amount}: {service}"),
            Locale::En => format!("Your bank has not transferred {amount} to us: {service}"),
        };
        return view! {
            <Notice tone=Tone::Waiting title=title>
                {locale.t("Tu concesionario se pone en contacto contigo.", "Your dealership gets in touch with you.")}
            </Notice>
        }
        .into_any();
    }
    let title = match locale {
        Locale::Es => format!("Tu banco no ha completado el pago de {amount} por {service}"),
        Locale::En => format!("Your bank did not complete the payment of {amount} for {service}"),
    };
    let action = view! {
        <LinkButton href="/cuenta/metodos-de-pago">{locale.t("Añadir otro método de pago", "Add another payment method")}</LinkButton>
    };
    view! {
        <Notice tone=Tone::Waiting title=title action=action.into_any()>
            {locale.t(
                "El servicio sigue activo, y así se queda. Cuando puedas, añade otro método de pago.",
                "The service is active and stays so. When you can, add another payment method.",
            )}
        </Notice>
    }
    .into_any()
}

fn support(a: &Activation, locale: Locale) -> AnyView {
    let service = a.service_names.0.get(locale);
    let title = match locale {
        Locale::Es => format!("{service}: lo está mirando nuestro equipo técnico"),
        Locale::En => format!("{service}: our technical team is looking into it"),
    };
    let action = view! {
        <LinkButton href=activation_href(a.id)>{locale.t("Ver qué ha pasado", "See what happened")}</LinkButton>
    };
    view! {
        <Notice tone=Tone::Info title=title action=action.into_any()>
            {locale.t(
                "No se te ha cobrado. Te responden en menos de 24 horas y no tienes que hacer nada.",
                "You have not been charged. They answer within 24 hours and you don't have to do anything.",
            )}
        </Notice>
    }
    .into_any()
}

/// The page of what a payment is for.
pub(in crate::pages) fn payment_href(payment: &Payment) -> String {
    match (payment.activation, payment.order, payment.invoice, payment.debt) {
        (Some(activation), ..) => activation_href(activation),
        (_, Some(order), ..) => format!("/expediente/pedidos/{order}"),
        (_, _, Some(invoice), _) => subscriptions::invoice_path(invoice),
        (.., Some(debt)) => subscriptions::debt_path(debt),
        _ => "/expediente".to_owned(),
    }
}

/// The page of one activation.
pub(super) fn activation_href(id: caas::kernel::ids::ActivationId) -> String {
    format!("/expediente/activaciones/{id}")
}
