//! After the last step: what the customer has to do now.

use super::{NEW, path, seller};
use crate::pages::price::price_lines;
use crate::ui::{ButtonKind, Crumb, LinkButton, Notice, PageHeader, Tone};
use crate::web::{Goto, Page, PageResult, Refusal, Section, WebContext};
use caas::kernel::ids::OrderId;
use caas::kernel::locale::Locale;
use caas::sales::model::OrderStatus;
use caas::sales::orders::of_dealership;
use caas::sales::sale::Step;
use leptos::prelude::*;

/// The page.
pub(super) async fn registered_page(web: WebContext) -> PageResult {
    let seller = seller(&web)?;
    let id: OrderId = web.param_as("id")?;
    let found = of_dealership(&mut web.caas.db.read().await?, Some(seller.dealership), id).await?;
    let order = found.ok_or(Refusal::Hidden("sale"))?;
    if order.status == OrderStatus::Draft {
        return Err(Goto::to(path(id, Step::Summary)).into());
    }
    let locale = web.locale;
    let quote = order.agreed();
    let reservation = quote.as_ref().map(|quote| quote.money(quote.reservation).display(locale)).unwrap_or_default();
    let title = format!("{} {}", locale.t("Venta registrada:", "Sale registered:"), order.number);
    let crumbs = vec![Crumb::new("/concesionario", locale.t("Concesionario", "Dealership"))];
    let pay = match locale {
        Locale::Es => {
            format!("En su pedido, paga la señal de {reservation}. Hasta entonces no se pide ni se entrega nada.")
        }
        Locale::En => format!(
            "On the order's page, pays the reservation of {reservation}. Until then nothing is ordered or handed over."
        ),
    };
    let then = if order.from_stock {
        locale.t(
            "Con la señal pagada le pedimos el pago final: el coche ya está aquí.",
            "Once the reservation is paid we ask for the final payment: the car is here already.",
        )
    } else {
        locale.t(
            "Con la señal pagada el pedido va solo a la fábrica, y cada paso se ve en su expediente.",
            "Once the reservation is paid the order goes to the factory by itself, and each step shows in the file.",
        )
    };
    let href = format!("/concesionario/pedidos/{id}");
    let body = view! {
        <PageHeader title=title.clone() crumbs=crumbs crumbs_label=locale.t("Estás en", "You are in")/>
        <Notice tone=Tone::Done>{locale.t("El precio queda fijado.", "The price is fixed.")}</Notice>
        <section class="section" aria-labelledby="ahora">
            <h2 id="ahora">{locale.t("Qué hace ahora el cliente", "What the customer does now")}</h2>
            <ol class="what-happens">
                <li>{locale.t(
                    "Recibe un correo. Si es nuevo en CaaS, elige su contraseña con el enlace, que dura 14 días; si ya tiene cuenta, entra como siempre.",
                    "Receives a mail. If new to CaaS, chooses a password with its link, good for 14 days; with an account, signs in as always.",
                )}</li>
                <li>{pay}</li>
                <li>{then}</li>
            </ol>
            <div class="actions">
                <LinkButton href=href kind=ButtonKind::Primary>{locale.t("Ver el pedido", "See the order")}</LinkButton>
                <LinkButton href=NEW>{locale.t("Otra venta", "Another sale")}</LinkButton>
            </div>
        </section>
        {quote.map(|quote| view! { <section class="card">{price_lines(&quote, locale)}</section> })}
    };
    Ok(Page::new(title, body).class("page page--narrow").section(Section::Dealership))
}
