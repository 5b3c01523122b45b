//! `/expediente/traspasos/{id}`: the new owner looks at what is offered and accepts it with the code.

use super::customer;
use crate::ui::{Button, ButtonKind, Crumb, Fact, Field, KeyValueList, LinkButton, Notice, PageHeader, Tone};
use crate::web::{FormState, Goto, Message, Page, PageResult, Refusal, Section, WebContext, submit};
use caas::kernel::locale::Locale;
use caas::kernel::when;
use caas::rights::model::{OwnerChangeRefusal, OwnerChangeState};
use caas::rights::owner_change::{self, Inherited, OwnerChange};
use caas::vehicles;
use leptos::prelude::*;
use uuid::Uuid;

const FORM: &str = "aceptar";

fn path_of(id: Uuid) -> String {
    format!("/expediente/traspasos/{id}")
}

pub(super) async fn accept_page(web: WebContext) -> PageResult {
    let user = customer(&web)?.clone();
    let id: Uuid = web.param_as("id")?;
    let locale = web.locale;
    let mut tx = web.caas.db.read().await?;
    let change = owner_change::of_new_owner(&mut tx, user.id, id).await?.ok_or(Refusal::Hidden("owner change"))?;
    let open = change.state == OwnerChangeState::Offered && change.expires_at > web.caas.now();
    // The car of an offer that came to nothing is somebody else's: no longer shown.
    let car = match open {
        true => vehicles::find(&mut tx, change.vehicle_id).await?,
        false => None,
    };
    let inherited = match &car {
        Some(car) => owner_change::inherited(&mut tx, car.id, user.id).await?,
        None => Vec::new(),
    };
    drop(tx);
    let title = locale.t("Un coche para ti", "A car for you");
    let crumbs = vec![Crumb::new("/expediente", locale.t("Expediente", "My cars"))];
    let content = match car {
        Some(car) => {
            let facts = vec![
                Fact::text(locale.t("Modelo", "Model"), car.model_name.clone()),
                Fact::code(locale.t("Bastidor (VIN)", "VIN"), car.vin.clone()),
            ];
            view! {
                <section class="card stack" aria-labelledby="coche">
                    <h2 id="coche">{car.model_name.clone()}</h2>
                    <KeyValueList facts=facts/>
                    {services(&inherited, &user.time_zone, locale)}
                </section>
                {form(&web, &change, &when::moment(change.expires_at, &user.time_zone, locale))}
            }
            .into_any()
        }
        None => over(&change, locale),
    };
    let body = view! {
        <div class="stack stack--l">
            <PageHeader title=title crumbs=crumbs crumbs_label=locale.t("Estás en", "You are in")/>
            {content}
        </div>
    };
    Ok(Page::new(title, body).class("page page--narrow").section(Section::Expediente))
}

fn over(change: &OwnerChange, locale: Locale) -> AnyView {
    if change.state == OwnerChangeState::Accepted {
        let action = view! { <LinkButton href="/expediente">{locale.t("Ver mis coches", "See my cars")}</LinkButton> };
        return view! {
            <Notice tone=Tone::Done title=locale.t("Aceptaste este coche", "You accepted this car") action=action.into_any()>
                {locale.t("No hay nada más que hacer aquí.", "There is nothing else to do here.")}
            </Notice>
        }
        .into_any();
    }
    view! {
        <Notice tone=Tone::Info title=locale.t("Esta oferta ha terminado", "This offer is over")>
            {locale.t("Si el coche es para ti, pide a quien te lo pasa que lo ofrezca otra vez.", "If the car is for you, ask whoever passes it on to offer it again.")}
        </Notice>
    }
    .into_any()
}

/// What is on in a car that its owner did not buy: names and times, nothing of whoever did.
pub(in crate::pages) fn services(inherited: &[Inherited], zone: &str, locale: Locale) -> Option<AnyView> {
    (!inherited.is_empty()).then(|| {
        let lines = inherited
            .iter()
            .map(|service| {
                let name = service.service_names.0.get(locale).to_owned();
                let until = match (service.expires_at, locale) {
                    (Some(until), Locale::Es) => format!("hasta el {}", when::moment(until, zone, locale)),
                    (Some(until), Locale::En) => format!("until {}", when::moment(until, zone, locale)),
                    (None, _) => locale.t("para siempre", "for good").to_owned(),
                };
                view! { <li class="line"><p class="line__text">{name}</p><p class="line__end muted small">{until}</p></li> }
            })
            .collect_view();
        view! {
            <h3>{locale.t("Ya activo en el coche", "Already on in the car")}</h3>
            <ul class="lines">{lines}</ul>
        }
        .into_any()
    })
}

fn form(web: &WebContext, change: &OwnerChange, until: &str) -> AnyView {
    let locale = web.locale;
    let form = web.form(FORM);
    let words = match locale {
        Locale::Es => {
            format!("Puedes aceptarlo hasta el {until}. Quien te lo pasa te da el código de ocho letras y cifras.")
        }
        Locale::En => format!(
            "You can accept it until {until}. Whoever passes it on gives you the code of eight letters and digits."
        ),
    };
    view! {
        <section class="card stack" id="aceptar" aria-labelledby="aceptar-titulo">
            <h2 id="aceptar-titulo">{locale.t("Aceptar el coche", "Accept the car")}</h2>
            <p>{words}</p>
            <form class="form" method="post" action="/api/traspaso/aceptar">
                <input type="hidden" name="change" value=change.id.to_string()/>
                <Field label=locale.t("Código", "Code") name="code" error=form.error(locale, "code") code=true
                    autocomplete="one-time-code" required=true maxlength=20/>
                <div class="form__actions"><Button kind=ButtonKind::Primary>{locale.t("Aceptar el coche", "Accept the car")}</Button></div>
            </form>
        </section>
    }
    .into_any()
}

/// The offers that wait for a customer, for the top of their cars.
pub(in crate::pages) fn offers(changes: &[OwnerChange], locale: Locale) -> Option<AnyView> {
    (!changes.is_empty()).then(|| {
        changes
            .iter()
            .map(|change| {
                let href = path_of(change.id);
                let action = view! {
                    <LinkButton href=href kind=ButtonKind::Primary>{locale.t("Ver el coche", "See the car")}</LinkButton>
                };
                view! {
                    <Notice tone=Tone::Waiting title=locale.t("Te quieren pasar un coche", "Somebody wants to pass a car on to you") action=action.into_any()>
                        {locale.t("Es tuyo cuando lo aceptes con el código.", "It is yours once you accept it with the code.")}
                    </Notice>
                }
            })
            .collect_view()
            .into_any()
    })
}

/// Accepts a car.
#[server(endpoint = "traspaso/aceptar")]
pub async fn accept_car(
    #[server(default)] change: String,
    #[server(default)] code: String,
) -> Result<(), ServerFnError> {
    submit(async move |web| {
        let user = customer(&web)?.id;
        let id: Uuid = change.parse().map_err(|_| Refusal::NotFound)?;
        match owner_change::accept(&web.caas, user, id, &code).await? {
            Ok(car) => Ok(Goto::to(format!("/expediente?coche={car}")).toast(Message::CarAccepted)),
            Err(OwnerChangeRefusal::NotFound) => Err(Refusal::Hidden("owner change")),
            Err(refusal) => {
                Ok(Goto::back(format!("{}#aceptar", path_of(id)), FormState::new(FORM).wrong("code", refusal)))
            }
        }
    })
    .await
}
