//! `/expediente/pedidos/{id}/vinculo`: the one-time code that links the telephone's app to the car, after the hand-over.

use super::{crumbs, customer, name, path_of};
use crate::ui::{Button, ButtonKind, Icon, IconName, Notice, PageHeader, Tone};
use crate::web::dates::{moment, time_tag};
use crate::web::{FormState, Goto, Page, PageResult, Refusal, Section, WebContext, submit};
use caas::kernel::ids::OrderId;
use caas::kernel::locale::Locale;
use caas::sales::delivery::link_codes::{self, LASTS, LinkedApp};
use caas::sales::journey::{self, Journey};
use caas::sales::model::OrderStatus;
use caas::sales::who::Who;
use leptos::prelude::*;

/// The name under which the new code travels to the next page, which shows it once.
const FORM: &str = "vinculo";

pub(super) async fn link_page(web: WebContext) -> PageResult {
    let user = customer(&web)?.clone();
    let id: OrderId = web.param_as("id")?;
    let locale = web.locale;
    let mut tx = web.caas.db.read().await?;
    let journey = journey::of_customer(&mut tx, user.id, id).await?.ok_or(Refusal::Hidden("order"))?;
    let is_handed_over = journey.order.status == OrderStatus::Delivered;
    let open = link_codes::open_until(&web.caas, &mut tx, id).await?;
    let linked = match journey.order.vehicle_id.filter(|_| is_handed_over) {
        Some(vehicle) => link_codes::linked(&mut tx, user.id, vehicle).await?,
        None => Vec::new(),
    };
    drop(tx);
    let title = locale.t("Vincular el móvil", "Link your phone");
    let lead = match locale {
        Locale::Es => format!("Para usar tu {} con la aplicación.", name(&journey)),
        Locale::En => format!("To use your {} with the app.", name(&journey)),
    };
    let content = if is_handed_over {
        let shown = web.form(FORM).value("shown").to_owned();
        let until = open.map(|until| moment(until, &user.time_zone, locale));
        view! {
            {code(&web, &journey, &shown, until)}
            {devices(&linked, &user.time_zone, locale)}
        }
        .into_any()
    } else {
        let title = locale.t("Aún no: el código llega con la entrega", "Not yet: the code comes with the hand-over");
        let text = locale.t(
            "Por seguridad, el móvil se vincula cuando el coche está de verdad en tus manos, en casa o en el concesionario.",
            "For safety the phone is linked once the car is really in your hands, at home or at the dealership.",
        );
        view! { <Notice tone=Tone::Info title=title>{text}</Notice> }.into_any()
    };
    let body = view! {
        <div class="stack stack--l">
            <PageHeader title=title lead=lead crumbs=crumbs(&journey, &web) crumbs_label=locale.t("Estás en", "You are in")/>
            {content}
        </div>
    };
    Ok(Page::new(title, body).class("page page--narrow").section(Section::Expediente))
}

/// The code right after it was made, or the button that makes one.
fn code(web: &WebContext, journey: &Journey, shown: &str, until: Option<String>) -> AnyView {
    let locale = web.locale;
    let minutes = LASTS.num_minutes();
    let now = match (shown.is_empty(), until) {
        (false, until) => {
            let until = until.unwrap_or_default();
            let spelled = shown.chars().map(String::from).collect::<Vec<_>>().join(" ");
            let halves: Vec<String> = shown.chars().collect::<Vec<_>>().chunks(4).map(String::from_iter).collect();
            let text = match locale {
                Locale::Es => format!(
                    "Escríbelo en la aplicación. Vale una sola vez y hasta el {until}. Si recargas esta página, desaparece."
                ),
                Locale::En => {
                    format!("Enter it in the app. It works once and until {until}. If you reload this page it is gone.")
                }
            };
            view! {
                <section class="card link-code" aria-labelledby="codigo">
                    <h2 id="codigo">{locale.t("Tu código", "Your code")}</h2>
                    <p class="link-code__code"><span aria-hidden="true">{halves.join("-")}</span><span class="sr-only">{spelled}</span></p>
                    <p>{text}</p>
                </section>
            }
            .into_any()
        }
        (true, Some(until)) => {
            let title = match locale {
                Locale::Es => format!("Hay un código sin usar, válido hasta el {until}"),
                Locale::En => format!("There is an unused code, good until {until}"),
            };
            let text = locale.t(
                "Solo se enseña una vez. Si no lo tienes, pide otro: el anterior deja de valer.",
                "It is shown only once. If you don't have it, ask for another: the one before stops working.",
            );
            view! { <Notice tone=Tone::Info title=title>{text}</Notice> }.into_any()
        }
        (true, None) => ().into_any(),
    };
    let words = match locale {
        Locale::Es => format!(
            "El código vale una sola vez y durante {minutes} minutos. No se lo des a nadie: quien lo tenga puede vincular su móvil con tu coche."
        ),
        Locale::En => format!(
            "The code works once and for {minutes} minutes. Give it to nobody: whoever has it can link a phone to your car."
        ),
    };
    let button = if shown.is_empty() {
        locale.t("Crear un código", "Make a code")
    } else {
        locale.t("Crear otro código", "Make another code")
    };
    let kind = if shown.is_empty() { ButtonKind::Primary } else { ButtonKind::Secondary };
    view! {
        {now}
        <form class="form" method="post" action="/api/pedidos/vinculo">
            <input type="hidden" name="order" value=journey.order.id.to_string()/>
            <p>{words}</p>
            <div class="form__actions"><Button kind=kind>{button}</Button></div>
        </form>
    }
    .into_any()
}

/// The devices that are linked.
fn devices(linked: &[LinkedApp], zone: &str, locale: Locale) -> AnyView {
    let list = if linked.is_empty() {
        view! { <p class="muted">{locale.t("Todavía no hay ninguno.", "There is none yet.")}</p> }.into_any()
    } else {
        let rows = linked
            .iter()
            .map(|device| {
                view! {
                    <li class="line">
                        <p class="line__text"><Icon name=IconName::Done/>" "{device.name.clone()}</p>
                        <p class="line__end muted small">{locale.t("Desde el", "Since")}" "{time_tag(device.linked_at, zone, locale)}</p>
                    </li>
                }
            })
            .collect_view();
        view! { <ul class="lines">{rows}</ul> }.into_any()
    };
    view! {
        <section class="section" aria-labelledby="moviles">
            <h2 id="moviles">{locale.t("Móviles vinculados", "Linked phones")}</h2>
            {list}
        </section>
    }
    .into_any()
}

/// Makes a new code; the one before is void.
#[server(endpoint = "pedidos/vinculo")]
pub async fn make_link_code(#[server(default)] order: String) -> Result<(), ServerFnError> {
    submit(async move |web| {
        let user = customer(&web)?.id;
        let order: OrderId = order.parse().map_err(|_| Refusal::NotFound)?;
        let there = format!("{}/vinculo", path_of(order));
        let mut tx = web.caas.db.begin().await?;
        match link_codes::make(&web.caas, &mut tx, &Who::Customer(user), order).await? {
            Some(code) => {
                tx.commit().await?;
                // Shown once: the cookie that carries it is forgotten with the page that shows it.
                Ok(Goto::back(there, FormState::new(FORM).with("shown", &code)))
            }
            None => {
                drop(tx);
                super::own(&web, order).await?;
                Ok(Goto::to(there))
            }
        }
    })
    .await
}
