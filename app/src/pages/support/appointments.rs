//! On the dealership's desk: cars that support asks it to look at.

use crate::ui::{DataTable, Pager};
use crate::web::dates::{day, exact};
use crate::web::{CurrentUser, Goto, Message, Refusal, Role, WebContext, submit};
use caas::ways_out::{self, Appointment};
use leptos::prelude::*;
use uuid::Uuid;

/// Requests on one page.
const PAGE: usize = 20;

/// The requests of one's own dealership; nothing when there is none.
pub(in crate::pages) async fn appointments(web: &WebContext, user: &CurrentUser) -> Result<Option<AnyView>, Refusal> {
    let dealership = user.dealership_id.ok_or(Refusal::Hidden("dealership"))?;
    let after: Option<Uuid> = web.query("cita").and_then(|key| key.parse().ok());
    let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
    let mut asked = ways_out::appointments_of(&mut web.caas.db.read().await?, dealership, after, limit).await?;
    let more = asked.len() > PAGE;
    asked.truncate(PAGE);
    if asked.is_empty() && after.is_none() {
        return Ok(None);
    }
    let locale = web.locale;
    let next = match asked.last() {
        Some(last) if more => format!("/concesionario?cita={}", last.id),
        _ => String::new(),
    };
    let first = if after.is_some() { "/concesionario" } else { "" };
    Ok(Some(
        view! {
            <section class="section" aria-labelledby="citas">
                <h2 id="citas">{locale.t("Citas que pide soporte", "Appointments support asks for")}</h2>
                <p class="muted">{locale.t(
                    "Llama al cliente, dale día y hora, y márcala como dada. Soporte lo ve en su caso.",
                    "Call the customer, agree a day and a time, and mark it as made. Support sees it on the case.",
                )}</p>
                {table(&asked, web, &user.time_zone)}
                <Pager label=locale.t("Páginas de citas", "Pages of appointments")
                    previous_href=first previous_word=locale.t("Al principio", "To the beginning")
                    next_href=next next_word=locale.t("Siguientes", "Next")/>
            </section>
        }
        .into_any(),
    ))
}

fn table(asked: &[Appointment], web: &WebContext, zone: &str) -> AnyView {
    let locale = web.locale;
    let heads = [
        locale.t("Coche", "Car"),
        locale.t("Qué hay que mirar", "What is to be looked at"),
        locale.t("Cliente", "Customer"),
        locale.t("Pedida", "Asked for"),
        locale.t("Cita", "Appointment"),
    ];
    let [car, text, customer, when, made] = heads;
    let rows = asked
        .iter()
        .map(|one| {
            let contact = one.customer_phone.clone().unwrap_or_else(|| one.customer_email.clone());
            let plate = one.plate.clone().unwrap_or_else(|| one.vin.clone());
            let label = format!("{} {plate}", locale.t("Cita dada para", "Appointment made for"));
            view! {
                <tr>
                    <td data-label=car><span>{one.model_name.clone()}<br/><span class="code">{plate}</span></span></td>
                    <td data-label=text>{one.text.clone()}</td>
                    <td data-label=customer><span>{one.customer_name.clone()}<br/><span class="small">{contact}</span></span></td>
                    <td data-label=when><time datetime=exact(one.created_at)>{day(one.created_at, zone, locale)}</time></td>
                    <td data-label=made>
                        <form method="post" action="/api/concesionario/cita-dada">
                            <input type="hidden" name="id" value=one.id.to_string()/>
                            <button class="btn btn--secondary" aria-label=label>{locale.t("Marcar como dada", "Mark as made")}</button>
                        </form>
                    </td>
                </tr>
            }
        })
        .collect_view();
    let caption = locale.t("Citas que pide soporte", "Appointments support asks for");
    view! { <DataTable caption=caption caption_hidden=true heads=heads.map(str::to_owned).to_vec()>{rows}</DataTable> }
        .into_any()
}

/// The dealership has agreed an appointment with the customer.
#[server(endpoint = "concesionario/cita-dada")]
pub async fn mark_appointment(#[server(default)] id: String) -> Result<(), ServerFnError> {
    submit(async move |web| {
        let user = web.require_role(&[Role::Dealer])?;
        let dealership = user.dealership_id.ok_or(Refusal::Hidden("dealership"))?;
        let id = id.parse().map_err(|_| Refusal::NotFound)?;
        match ways_out::appointment_made(&web.caas, user.id, dealership, id).await? {
            Ok(()) => Ok(Goto::to("/concesionario").toast(Message::Saved)),
            Err(_) => Err(Refusal::Hidden("appointment")),
        }
    })
    .await
}
