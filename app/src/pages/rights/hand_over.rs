//! `/expediente/coches/{id}/traspaso`: passing a car on, with what stays in it, what ends, and the code for the new owner.

use super::erasure::obstacle;
use super::own_car;
use crate::ui::{Button, ButtonKind, Crumb, Field, Notice, PageHeader, Tone};
use crate::web::{FormState, Goto, Message, Page, PageResult, Refusal, Section, WebContext, submit};
use caas::activation::model::ActivationState;
use caas::activation::repository::{Activation, open_of_customer};
use caas::catalogue::OfferKind;
use caas::kernel::locale::Locale;
use caas::kernel::when;
use caas::rights::erasure::Open;
use caas::rights::model::{Obstacle, OwnerChangeRefusal};
use caas::rights::owner_change::{self, NewOwner, OwnerChange, Starter};
use caas::vehicles::Vehicle;
use leptos::prelude::*;
use uuid::Uuid;

pub(super) const FORM: &str = "traspaso";

pub(super) async fn hand_over_page(web: WebContext) -> PageResult {
    let car = own_car(&web, web.param("id")).await?;
    let user = super::customer(&web)?.clone();
    let locale = web.locale;
    let mut tx = web.caas.db.read().await?;
    let offered = owner_change::open_of_car(&mut tx, car.id).await?;
    let open = owner_change::about_car(&mut tx, user.id, car.id).await?;
    let services = open_of_customer(&mut tx, user.id, Some(car.id), 200).await?;
    drop(tx);
    let title = locale.t("Pasar el coche a otra persona", "Pass the car on");
    let crumbs = vec![
        Crumb::new("/expediente", locale.t("Expediente", "My cars")),
        Crumb::new(format!("/expediente?coche={}", car.id), car.label()),
    ];
    let blocked = open.iter().any(|open| open.what == Obstacle::OpenPurchase);
    let now = match &offered {
        Some(change) => waiting(&web, change, &user.time_zone),
        None if blocked => in_the_way(locale, &open),
        None => form(&web, &car),
    };
    let body = view! {
        <div class="stack stack--l">
            <PageHeader title=title lead=car.label() crumbs=crumbs crumbs_label=locale.t("Estás en", "You are in")/>
            {what_happens(&services, &user.time_zone, locale)}
            {now}
        </div>
    };
    Ok(Page::new(title, body).class("page page--narrow").section(Section::Expediente))
}

fn what_happens(services: &[Activation], zone: &str, locale: Locale) -> AnyView {
    let active = |a: &&Activation| a.state == ActivationState::Active;
    let stays: Vec<_> = services.iter().filter(active).filter(|a| a.offer_kind != OfferKind::Subscription).collect();
    let ends: Vec<_> = services.iter().filter(active).filter(|a| a.offer_kind == OfferKind::Subscription).collect();
    let name = |a: &Activation| {
        let name = a.service_names.0.get(locale).to_owned();
        match (a.expires_at, locale) {
            (Some(until), Locale::Es) => format!("{name}, hasta el {}", when::moment(until, zone, locale)),
            (Some(until), Locale::En) => format!("{name}, until {}", when::moment(until, zone, locale)),
            (None, _) => name,
        }
    };
    let stays = stays.iter().map(|a| view! { <li>{name(a)}</li> }).collect_view();
    let ending = (!ends.is_empty()).then(|| {
        let lines = ends
            .iter()
            .map(|a| view! { <li><a href=format!("/expediente/activaciones/{}", a.id)>{name(a)}</a></li> })
            .collect_view();
        view! {
            <h3>{locale.t("Termina contigo", "Ends with you")}</h3>
            <p>{locale.t(
                "Tus suscripciones en este coche terminan con el cambio: se facturan los días usados.",
                "Your subscriptions in this car end with the change: the days used are billed.",
            )}</p>
            <ul>{lines}</ul>
        }
    });
    let staying = if services
        .iter()
        .any(|a| a.state == ActivationState::Active && a.offer_kind != OfferKind::Subscription)
    {
        view! {
            <p>{locale.t(
                "Lo que está activo para siempre o por unos días va con el coche. No se devuelve, y después del cambio ya no puedes desistir de ello: si estás en plazo y quieres, hazlo antes.",
                "What is on for good or for some days goes with the car. It is not refunded, and after the change you can no longer withdraw from it: if you are in time and want to, do it before.",
            )}</p>
            <ul>{stays}</ul>
        }
        .into_any()
    } else {
        view! { <p class="muted">{locale.t("Nada más: no hay servicios activos que vayan con él.", "Nothing else: there are no active services that go with it.")}</p> }.into_any()
    };
    view! {
        <section class="card stack" aria-labelledby="que-pasa">
            <h2 id="que-pasa">{locale.t("Qué pasa con el cambio", "What the change does")}</h2>
            <h3>{locale.t("Se queda en el coche", "Stays in the car")}</h3>
            {staying}
            {ending}
            <h3>{locale.t("Sigue siendo solo tuyo", "Stays yours alone")}</h3>
            <p>{locale.t(
                "Tu historia, tus pagos, facturas y casos. El nuevo dueño no ve nada de ello: ni tu nombre ni lo que pagaste. Tú dejas de ver el coche, y los móviles vinculados dejan de funcionar con él.",
                "Your story, payments, invoices and cases. The new owner sees none of it: neither your name nor what you paid. You no longer see the car, and linked phones stop working with it.",
            )}</p>
        </section>
    }
    .into_any()
}

fn in_the_way(locale: Locale, open: &[Open]) -> AnyView {
    let lines = open
        .iter()
        .filter(|open| open.what == Obstacle::OpenPurchase)
        .map(|open| {
            let name = open.name.get(locale).to_owned();
            view! { <li><a href=open.href.clone()>{obstacle(open.what, locale)}": "{name}</a></li> }
        })
        .collect_view();
    view! {
        <section class="section stack" aria-labelledby="falta">
            <h2 id="falta">{locale.t("Antes hay que resolver", "To be settled before")}</h2>
            <ul>{lines}</ul>
        </section>
    }
    .into_any()
}

fn form(web: &WebContext, car: &Vehicle) -> AnyView {
    let locale = web.locale;
    let form = web.form(FORM);
    let all = form.error(locale, "");
    let all = (!all.is_empty()).then(|| view! { <Notice tone=Tone::Problem>{all}</Notice> });
    view! {
        <section class="card stack" id="traspaso" aria-labelledby="traspaso-titulo">
            <h2 id="traspaso-titulo">{locale.t("A quién", "To whom")}</h2>
            {all}
            <form class="form" method="post" action="/api/traspaso/ofrecer">
                <input type="hidden" name="car" value=car.id.to_string()/>
                {fields(web, &form)}
                <div class="form__actions"><Button kind=ButtonKind::Primary>{locale.t("Ofrecer el coche", "Offer the car")}</Button></div>
            </form>
        </section>
    }
    .into_any()
}

/// Who the new owner is.
pub(super) fn fields(web: &WebContext, form: &FormState) -> AnyView {
    let locale = web.locale;
    view! {
        <Field label=locale.t("Nombre del nuevo dueño", "The new owner's name") name="name" value=form.value("name")
            error=form.error(locale, "name") autocomplete="off" required=true maxlength=100/>
        <Field label=locale.t("Su correo", "Their email address") name="email" kind="email" value=form.value("email")
            error=form.error(locale, "email") autocomplete="off" required=true maxlength=254
            help=locale.t("Si no tiene cuenta, le invitamos a abrir una.", "If they have no account, we invite them to open one.")/>
    }
    .into_any()
}

/// The offer that waits: its code right after it was made, until when, and the way back.
fn waiting(web: &WebContext, change: &OwnerChange, zone: &str) -> AnyView {
    let locale = web.locale;
    let until = when::moment(change.expires_at, zone, locale);
    let title = match locale {
        Locale::Es => format!("Ofrecido hasta el {until}"),
        Locale::En => format!("Offered until {until}"),
    };
    let words = locale.t(
        "El coche es tuyo hasta que la otra persona lo acepte. Le hemos escrito.",
        "The car is yours until the other person accepts it. We have written to them.",
    );
    view! {
        <Notice tone=Tone::Waiting title=title>{words}</Notice>
        {code_box(web)}
        <form class="form" method="post" action="/api/traspaso/retirar">
            <input type="hidden" name="change" value=change.id.to_string()/>
            <input type="hidden" name="car" value=change.vehicle_id.to_string()/>
            <div class="form__actions"><Button>{locale.t("Retirar la oferta", "Take the offer back")}</Button></div>
        </form>
    }
    .into_any()
}

/// The code, on the one page that shows it.
pub(super) fn code_box(web: &WebContext) -> Option<AnyView> {
    let locale = web.locale;
    let code = web.form(FORM).value("shown");
    (!code.is_empty()).then(|| {
        let spelled = code.chars().map(String::from).collect::<Vec<_>>().join(" ");
        let halves: Vec<String> = code.chars().collect::<Vec<_>>().chunks(4).map(String::from_iter).collect();
        view! {
            <section class="card link-code" aria-labelledby="codigo">
                <h2 id="codigo">{locale.t("El código para el nuevo dueño", "The code for the new owner")}</h2>
                <p class="link-code__code"><span aria-hidden="true">{halves.join("-")}</span><span class="sr-only">{spelled}</span></p>
                <p>{locale.t(
                    "Dáselo tú, en persona o por teléfono, cuando le des el coche. Solo se enseña ahora: si lo pierdes, retira la oferta y haz otra.",
                    "Give it to them yourself, in person or by phone, when you give them the car. It is shown only now: if you lose it, take the offer back and make another.",
                )}</p>
            </section>
        }
        .into_any()
    })
}

/// What became of an offer, as the form that comes back or the page that shows the code once.
pub(super) fn offered(
    outcome: Result<(Uuid, String), OwnerChangeRefusal>,
    there: String,
    form: FormState,
) -> Result<Goto, Refusal> {
    match outcome {
        // Shown once: the cookie that carries it is forgotten with the page that shows it.
        Ok((_, code)) => Ok(Goto::back(there, FormState::new(FORM).with("shown", &code))),
        Err(OwnerChangeRefusal::NotFound) => Err(Refusal::Hidden("vehicle")),
        Err(refusal) => {
            let field = match refusal {
                OwnerChangeRefusal::Email | OwnerChangeRefusal::Same | OwnerChangeRefusal::NoCustomer => "email",
                OwnerChangeRefusal::Name => "name",
                _ => "",
            };
            Ok(Goto::back(format!("{there}#traspaso"), form.wrong(field, refusal)))
        }
    }
}

/// Offers one's own car.
#[server(endpoint = "traspaso/ofrecer")]
pub async fn offer_car(
    #[server(default)] car: String,
    #[server(default)] name: String,
    #[server(default)] email: String,
) -> Result<(), ServerFnError> {
    submit(async move |web| {
        let car = own_car(&web, &car).await?;
        let who = Starter::Owner(super::customer(&web)?.id);
        let form = FormState::new(FORM).with("name", &name).with("email", &email);
        let to = NewOwner { name, email, locale: web.locale };
        let outcome = owner_change::offer(&web.caas, who, car.id, &to).await?;
        offered(outcome, owner_change::hand_over_path(car.id), form)
    })
    .await
}

/// Takes an offer back.
#[server(endpoint = "traspaso/retirar")]
pub async fn take_offer_back(
    #[server(default)] change: String,
    #[server(default)] car: String,
) -> Result<(), ServerFnError> {
    submit(async move |web| {
        let car = own_car(&web, &car).await?;
        let who = Starter::Owner(super::customer(&web)?.id);
        let change: Uuid = change.parse().map_err(|_| Refusal::NotFound)?;
        let message = match owner_change::withdraw(&web.caas, who, change).await? {
            Ok(()) => Message::CarKept,
            Err(OwnerChangeRefusal::NotFound) => return Err(Refusal::Hidden("owner change")),
            Err(_) => Message::OfferGone,
        };
        Ok(Goto::to(owner_change::hand_over_path(car.id)).toast(message))
    })
    .await
}
