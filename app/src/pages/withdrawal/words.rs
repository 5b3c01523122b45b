//! What is said in more than one place.

use super::days;
use crate::ui::{Fact, KeyValueList, Notice, Tone};
use crate::web::dates;
use caas::activation::model::ActivationState;
use caas::activation::repository::Activation;
use caas::kernel::locale::Locale;
use caas::kernel::money::{Cents, Money};
use caas::kernel::when;
use caas::payments::model::OperationState;
use caas::withdrawal::clock::Window;
use caas::withdrawal::model::{MoneyFate, Right, Share};
use caas::withdrawal::service::reference;
use caas::withdrawal::view::{Withdrawal, WithdrawalView};
use leptos::prelude::*;

/// The words of the law, exact: the function, and the confirmation.
pub(super) fn withdraw_here(locale: Locale) -> &'static str {
    locale.t("Desistir del contrato aquí", "Withdraw from contract here")
}

/// The second step's label.
pub(super) fn confirm(locale: Locale) -> &'static str {
    locale.t("Confirmar desistimiento", "Confirm withdrawal")
}

/// Why there is nothing to withdraw from.
pub(super) fn why_not(right: &Right, locale: Locale) -> String {
    match right {
        Right::WithTheCar => locale
            .t("Este servicio vino con el coche: forma parte de su compra.", "This service came with the car: it belongs to its purchase.")
            .to_owned(),
        Right::NotDelivered => locale
            .t(
                "El coche todavía no lo ha confirmado: puedes cancelar el pedido en cualquier momento y no se te cobra nada.",
                "The car has not confirmed it yet: you can cancel the order at any time and you are not charged.",
            )
            .to_owned(),
        Right::Performed => locale
            .t(
                "Dura 14 días o menos: al activarse en el coche quedó prestado por completo, como aceptaste al pedirlo, y ya no cabe desistir.",
                "It lasts 14 days or less: once activated in the car it counts as performed in full, as you agreed when ordering, and can no longer be withdrawn from.",
            )
            .to_owned(),
        Right::Over(window) => match locale {
            Locale::Es => format!("El plazo para desistir terminó el {}.", days::last_day(window, locale)),
            Locale::En => format!("The time to withdraw ended on {}.", days::last_day(window, locale)),
        },
        Right::Nothing => {
            locale.t("No queda ningún contrato del que desistir.", "There is no contract left to withdraw from.").to_owned()
        }
        Right::Open(_) => String::new(),
    }
}

/// What would come back, in one sentence.
pub(super) fn would_come_back(share: &Share, fate: MoneyFate, activation: &Activation, locale: Locale) -> String {
    let amount = Money::new(share.amount, activation.currency).display(locale);
    match (fate, locale) {
        (MoneyFate::Refund | MoneyFate::RefundOnceCharged, Locale::Es) => {
            format!("Te devolvemos {amount} al mismo método de pago, en 14 días como máximo.")
        }
        (MoneyFate::Refund | MoneyFate::RefundOnceCharged, Locale::En) => {
            format!("We return {amount} to the same payment method, within 14 days at most.")
        }
        (MoneyFate::NotMoved, _) => locale
            .t(
                "Tu banco no nos ha transferido el dinero: no hay nada que devolver, salvo que lo haga más tarde.",
                "Your bank has not transferred the money: there is nothing to return, unless it still does so.",
            )
            .to_owned(),
        (MoneyFate::TakenBack, _) => locale
            .t("Tu banco ya te devolvió el cargo.", "Your bank has already returned the charge to you.")
            .to_owned(),
        (MoneyFate::NothingCharged, _) => locale
            .t(
                "No se te ha cobrado nada: no hay nada que devolver.",
                "You have not been charged: there is nothing to return.",
            )
            .to_owned(),
        (MoneyFate::Subscription, _) if share.used_days.is_some() => locale
            .t(
                "La suscripción termina. Solo se facturan los días completos de uso, porque pediste que empezara ya.",
                "The subscription ends. Only whole days of use are billed, because you asked for it to start at once.",
            )
            .to_owned(),
        (MoneyFate::Subscription, _) => locale
            .t(
                "La suscripción termina y no se factura nada; lo que hubieras pagado de ella se te devuelve.",
                "The subscription ends and nothing is billed; whatever you had paid for it is returned.",
            )
            .to_owned(),
    }
}

/// The days that are deducted, when some are.
pub(super) fn deducted(share: &Share, fate: MoneyFate, locale: Locale) -> Option<String> {
    let days = share.used_days.filter(|days| *days > 0 && fate.comes_back())?;
    Some(match locale {
        Locale::Es => format!("Se descuentan {days} días completos de uso: al pedirlo quisiste que empezara ya."),
        Locale::En => format!("{days} whole days of use are deducted: when ordering you wanted it to start at once."),
    })
}

/// What happens when it is confirmed.
pub(super) fn what_happens(view: &WithdrawalView, window: &Window, activation: &Activation, locale: Locale) -> AnyView {
    let money = view.would.as_ref().map(|(share, fate)| {
        let deducted = deducted(share, *fate, locale);
        view! {
            <li><strong>{would_come_back(share, *fate, activation, locale)}</strong></li>
            {deducted.map(|text| view! { <li>{text}</li> })}
        }
    });
    let service = activation.service_names.0.get(locale).to_owned();
    let off = match locale {
        Locale::Es => format!(
            "El coche desactiva {service} a distancia en cuanto pueda recibir la orden. No tienes que hacer nada."
        ),
        Locale::En => format!(
            "The car switches {service} off over the air as soon as it can take the order. Nothing is needed of you."
        ),
    };
    let period = format!("{} {}.", locale.t("Puedes desistir", "You can withdraw"), days::until(window, locale));
    view! {
        <p><strong>{period}</strong>" "{days::why(window, locale)}</p>
        {days::day_by_day(window, locale)}
        <h2>{locale.t("Qué pasa al confirmar", "What happens when you confirm")}</h2>
        <ul class="stack--s">
            {money}
            <li>{off}</li>
            <li>{locale.t(
                "Te enviamos al momento un justificante por correo, con la fecha y la hora. No hace falta dar ningún motivo.",
                "We send you a receipt by email at once, with date and time. You need not give any reason.",
            )}</li>
        </ul>
    }
    .into_any()
}

/// The receipt: content, date and time, and how it stands.
pub(super) fn receipt(
    declared: &Withdrawal,
    view: &WithdrawalView,
    activation: &Activation,
    zone: &str,
    locale: Locale,
) -> AnyView {
    let at = when::to_the_second(declared.declared_at, zone, locale);
    let exact = dates::exact(declared.declared_at);
    let mut facts = vec![
        Fact::view(
            locale.t("Recibido", "Received"),
            view! { <span><time datetime=exact>{at}</time>" ("{zone.to_owned()}"), "{declared.via.words(locale)}</span> }.into_any(),
        ),
        Fact::code(locale.t("Referencia", "Reference"), reference(declared.id)),
    ];
    if declared.refund_cents > Cents::ZERO {
        facts.push(Fact::text(locale.t("Se devuelven", "Comes back"), declared.refund().display(locale)));
    }
    facts.push(Fact::text(locale.t("Dinero", "Money"), money_now(declared, view, zone, locale)));
    facts.push(Fact::text(locale.t("En el coche", "In the car"), car_now(activation, locale)));
    let note = declared.money_words().map(|(es, en)| if locale == Locale::Es { es } else { en });
    view! {
        <Notice tone=Tone::Done title=locale.t("Has desistido del contrato", "You have withdrawn from the contract")>
            {locale.t("Este es tu justificante. También te lo hemos enviado por correo.", "This is your receipt. We have also sent it to you by email.")}
        </Notice>
        <section class="card stack" aria-labelledby="declaracion">
            <h2 class="card__title" id="declaracion">{locale.t("Tu declaración", "Your declaration")}</h2>
            <blockquote lang=declared.locale.as_str()><p>{declared.statement.clone()}</p></blockquote>
            <KeyValueList facts=facts/>
            {note.map(|note| view! { <p class="muted">{note}</p> })}
        </section>
    }
    .into_any()
}

/// Where the money is.
pub(super) fn money_now(declared: &Withdrawal, view: &WithdrawalView, zone: &str, locale: Locale) -> String {
    let Some(refund) = &view.refund else {
        return match declared.money {
            MoneyFate::Subscription => locale.t("No se factura nada más.", "Nothing more is billed.").to_owned(),
            _ => locale.t("No hay nada que devolver.", "There is nothing to return.").to_owned(),
        };
    };
    let amount = Money::new(refund.amount_cents, declared.currency).display(locale);
    match (refund.state, refund.answered_at, locale) {
        (OperationState::Succeeded, Some(at), Locale::Es) => {
            format!(
                "Devueltos {amount} el {}. Tu banco puede tardar unos días en mostrarlo.",
                when::day(at, zone, locale)
            )
        }
        (OperationState::Succeeded, Some(at), Locale::En) => {
            format!("{amount} returned on {}. Your bank may take a few days to show it.", when::day(at, zone, locale))
        }
        (OperationState::Refused, ..) => locale
            .t("No llegó a cobrarse: no hay nada que devolver.", "It was never charged: there is nothing to return.")
            .to_owned(),
        (.., Locale::Es) => {
            format!(
                "La devolución de {amount} está en marcha, el {} como muy tarde.",
                when::day(declared.refund_due(), zone, locale)
            )
        }
        (.., Locale::En) => {
            format!(
                "The refund of {amount} is under way, {} at the latest.",
                when::day(declared.refund_due(), zone, locale)
            )
        }
    }
}

/// Whether the function is off.
fn car_now(activation: &Activation, locale: Locale) -> String {
    match activation.state {
        ActivationState::Active => {
            locale.t("Se está desactivando a distancia.", "It is being switched off over the air.").to_owned()
        }
        _ => locale.t("Está desactivado.", "It is switched off.").to_owned(),
    }
}
