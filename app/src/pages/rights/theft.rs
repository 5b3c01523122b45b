//! `/expediente/coches/{id}/robo`: what to do first, then each service of the car with what can be done about it.

use super::own_car;
use crate::ui::{Button, ButtonKind, ConfirmBox, Crumb, LinkButton, Notice, PageHeader, Tone};
use crate::web::{Goto, Message, Page, PageResult, Refusal, Section, WebContext, submit};
use caas::activation::repository::Activation;
use caas::kernel::Timestamp;
use caas::kernel::error::Failure;
use caas::kernel::ids::{ActivationId, VehicleId};
use caas::kernel::locale::Locale;
use caas::kernel::when;
use caas::purchases::cancel::{Cancelled, cancel};
use caas::rights::theft::{self, Way};
use caas::vehicles::Vehicle;
use caas::ways_out::TheftSays;
use chrono::TimeDelta;
use leptos::prelude::*;

fn path_of(car: VehicleId) -> String {
    format!("/expediente/coches/{car}/robo")
}

pub(super) async fn theft_page(web: WebContext) -> PageResult {
    let car = own_car(&web, web.param("id")).await?;
    let user = super::customer(&web)?.clone();
    let locale = web.locale;
    let mut tx = web.caas.db.read().await?;
    let note = theft::latest_note(&mut tx, user.id, car.id).await?;
    let services = theft::services(&web.caas, &mut tx, user.id, car.id).await?;
    drop(tx);
    let title = locale.t("¿Te han robado el coche?", "Was your car stolen?");
    let crumbs = vec![
        Crumb::new("/expediente", locale.t("Expediente", "My cars")),
        Crumb::new(format!("/expediente?coche={}", car.id), car.label()),
    ];
    let noted = note.map(|note| {
        let day = when::moment(note.created_at, &user.time_zone, locale);
        let (es, en) = match note.says {
            TheftSays::Stolen => ("Soporte anotó el robo el", "Support noted the theft on"),
            TheftSays::Back => {
                ("Soporte anotó que el coche no está robado el", "Support noted that the car is not stolen on")
            }
        };
        view! { <Notice tone=Tone::Info>{locale.t(es, en)}" "{day}"."</Notice> }
    });
    let body = view! {
        <div class="stack stack--l">
            <PageHeader title=title lead=car.label() crumbs=crumbs crumbs_label=locale.t("Estás en", "You are in")/>
            {noted}
            {first(locale)}
            {list(&services, &car, &user.time_zone, locale)}
            <section class="card stack" aria-labelledby="ayuda">
                <h2 id="ayuda">{locale.t("Cuéntanoslo", "Tell us")}</h2>
                <p>{locale.t(
                    "Soporte puede anotar el robo en tu expediente y ayudarte con la aseguradora: la historia de tus servicios la puedes imprimir entera.",
                    "Support can note the theft in your story and help you with the insurer: you can print the whole story of your services.",
                )}</p>
                <p class="actions">
                    <LinkButton href="/cuenta/ayuda">{locale.t("Escribir a soporte", "Write to support")}</LinkButton>
                    <LinkButton href="/expediente/imprimir" kind=ButtonKind::Quiet>{locale.t("Imprimir la historia", "Print the story")}</LinkButton>
                </p>
            </section>
        </div>
    };
    Ok(Page::new(title, body).class("page page--narrow").section(Section::Expediente))
}

fn first(locale: Locale) -> AnyView {
    view! {
        <section class="card stack" aria-labelledby="primero">
            <h2 id="primero">{locale.t("Primero, fuera de CaaS", "First, outside CaaS")}</h2>
            <ol class="bullets">
                <li>{locale.t(
                    "Denúncialo a la policía cuanto antes (en una emergencia, 112). Ten a mano la matrícula y el bastidor: están en tu expediente.",
                    "Report it to the police at once (in an emergency, 112). Have plate and VIN ready: they are in your file.",
                )}</li>
                <li>{locale.t("Avisa a tu aseguradora con una copia de la denuncia.", "Tell your insurer, with a copy of the report.")}</li>
            </ol>
            <p>{locale.t(
                "CaaS no localiza, bloquea ni apaga coches, tampoco robados: eso no pasa por aquí.",
                "CaaS does not locate, lock or switch off cars, stolen ones neither: that does not go through here.",
            )}</p>
        </section>
    }
    .into_any()
}

fn list(services: &[(Activation, Way)], car: &Vehicle, zone: &str, locale: Locale) -> AnyView {
    let lines = services.iter().map(|(activation, way)| line(activation, way, car, zone, locale)).collect_view();
    let none = services.is_empty().then(|| {
        view! { <p class="muted">{locale.t("En este coche no tienes ningún servicio en marcha.", "You have no service under way in this car.")}</p> }
    });
    view! {
        <section class="section stack" aria-labelledby="servicios">
            <h2 id="servicios">{locale.t("Después, tus servicios en este coche", "Then, your services in this car")}</h2>
            <p>{locale.t(
                "Nada se cancela, se devuelve ni se bloquea por sí solo: decides tú, uno a uno.",
                "Nothing is cancelled, refunded or blocked by itself: you decide, one by one.",
            )}</p>
            {none}
            <ul class="lines">{lines}</ul>
        </section>
    }
    .into_any()
}

fn line(activation: &Activation, way: &Way, car: &Vehicle, zone: &str, locale: Locale) -> AnyView {
    let name = activation.service_names.0.get(locale).to_owned();
    let page = format!("/expediente/activaciones/{}", activation.id);
    // The period ends with a day: the next one at midnight would be read as a day more.
    let last_day = |at: Timestamp| when::day(at - TimeDelta::seconds(1), zone, locale);
    let text = match (way, locale) {
        (Way::Cancel, _) => locale
            .t(
                "Todavía no está en el coche. Si lo cancelas no se te cobra nada; si no, lo seguimos intentando.",
                "It is not in the car yet. If you cancel it you are charged nothing; if not, we go on trying.",
            )
            .to_owned(),
        (Way::Withdraw { until }, Locale::Es) => {
            format!("Está activo y puedes desistir hasta el {}, a las 24:00: te devolvemos el dinero.", last_day(*until))
        }
        (Way::Withdraw { until }, Locale::En) => {
            format!("It is active and you can withdraw until the end of {}: you get the money back.", last_day(*until))
        }
        (Way::TooLate { since }, Locale::Es) => {
            format!("Está activo y el plazo para desistir terminó el {}: no se puede devolver.", last_day(*since))
        }
        (Way::TooLate { since }, Locale::En) => {
            format!("It is active and the time to withdraw ended on {}: it can't be refunded.", last_day(*since))
        }
        (Way::Consumed, _) => locale
            .t(
                "Es de 14 días o menos y ya se activó: está consumido, como aceptaste al pedirlo, y no se puede devolver.",
                "It is for 14 days or less and was activated: it is consumed, as you agreed when ordering, and can't be refunded.",
            )
            .to_owned(),
        (Way::Included, _) => {
            locale.t("Vino con el coche y no tiene un precio propio que devolver.", "It came with the car and has no price of its own to give back.").to_owned()
        }
        (Way::Subscription { withdraw_until, .. }, _) => {
            let owed = locale.t(
                "Puedes cancelarla ya o al final del periodo. El periodo en curso se debe; los siguientes no se cobran.",
                "You can cancel it now or at the end of the period. The current period is owed; the next ones are not charged.",
            );
            match (withdraw_until, locale) {
                (Some(until), Locale::Es) => format!("{owed} También puedes desistir hasta el {}, a las 24:00.", last_day(*until)),
                (Some(until), Locale::En) => format!("{owed} You can also withdraw until the end of {}.", last_day(*until)),
                (None, _) => owed.to_owned(),
            }
        }
    };
    let action = match way {
        Way::Cancel => {
            let (id, car) = (activation.id.to_string(), car.id.to_string());
            let (opener, title) = match locale {
                Locale::Es => (format!("Cancelar {name}"), format!("¿Cancelar {name}?")),
                Locale::En => (format!("Cancel {name}"), format!("Cancel {name}?")),
            };
            view! {
                <ConfirmBox opener=opener title=title>
                    <p>{locale.t("Los intentos paran y la retención se anula. No se te cobra.", "The attempts stop and the hold is reversed. You are not charged.")}</p>
                    <form method="post" action="/api/robo/cancelar">
                        <input type="hidden" name="id" value=id/>
                        <input type="hidden" name="car" value=car/>
                        <Button kind=ButtonKind::Danger>{locale.t("Cancelar el servicio", "Cancel the service")}</Button>
                    </form>
                </ConfirmBox>
            }
            .into_any()
        }
        Way::Withdraw { .. } => view! {
            <LinkButton href=format!("{page}/desistir")>{locale.t("Desistir del contrato aquí", "Withdraw from contract here")}</LinkButton>
        }
        .into_any(),
        Way::Subscription { id, withdraw_until } => {
            let there = id.map_or_else(|| page.clone(), |id| format!("/expediente/suscripciones/{id}"));
            let withdraw = withdraw_until.map(|_| {
                view! {
                    <LinkButton href=format!("{page}/desistir") kind=ButtonKind::Quiet>{locale.t("Desistir del contrato aquí", "Withdraw from contract here")}</LinkButton>
                }
            });
            view! {
                <LinkButton href=there>{locale.t("Cancelar la suscripción", "Cancel the subscription")}</LinkButton>
                {withdraw}
            }
            .into_any()
        }
        Way::TooLate { .. } | Way::Consumed | Way::Included => ().into_any(),
    };
    view! {
        <li class="line">
            <div class="line__text">
                <p class="line__title"><a href=page.clone()>{name}</a></p>
                <p class="muted">{text}</p>
                <div class="actions">{action}</div>
            </div>
        </li>
    }
    .into_any()
}

/// Cancels what is not delivered yet, and comes back to the page of the theft.
#[server(endpoint = "robo/cancelar")]
pub async fn cancel_of_stolen(
    #[server(default)] id: String,
    #[server(default)] car: String,
) -> Result<(), ServerFnError> {
    submit(async move |web| {
        let car = own_car(&web, &car).await?;
        let customer = super::customer(&web)?.id;
        let id: ActivationId = id.parse().map_err(|_| Refusal::NotFound)?;
        let message = match cancel(&web.caas, customer, id).await {
            Ok(Cancelled::Yes) => Message::OrderCancelled,
            Ok(Cancelled::TooLate) => Message::CancelTooLate,
            Ok(Cancelled::NotFound) => return Err(Refusal::Hidden("activation")),
            Ok(_) | Err(Failure::Conflict(_)) => Message::CancelSoon,
            Err(failure) => return Err(failure.into()),
        };
        Ok(Goto::to(path_of(car.id)).toast(message))
    })
    .await
}
