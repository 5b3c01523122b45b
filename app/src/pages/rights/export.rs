//! `/cuenta/datos`: the copy of everything that we keep about somebody.

use super::customer;
use crate::ui::{Button, ButtonKind, Crumb, LinkButton, Notice, PageHeader, Tone};
use crate::web::{Goto, Message, Page, PageResult, Refusal, Section, WebContext, submit};
use axum::body::Body;
use caas::kernel::when;
use caas::rights::export::{self, Asked, Export};
use caas::rights::model::ExportState;
use leptos::prelude::*;
use uuid::Uuid;

pub(super) async fn export_page(web: WebContext) -> PageResult {
    let user = customer(&web)?.clone();
    let locale = web.locale;
    let latest = export::latest(&mut web.caas.db.read().await?, user.id).await?;
    let waits = latest.as_ref().is_some_and(|copy| copy.state == ExportState::Requested);
    let title = locale.t("Tus datos", "Your data");
    let lead = locale.t(
        "Una copia de todo lo que guardamos de ti, para leer y para llevártela a otro sitio.",
        "A copy of everything we keep about you, to read and to take elsewhere.",
    );
    let crumbs = vec![Crumb::new("/cuenta", locale.t("Cuenta", "Account"))];
    let state = latest.map(|copy| state(&web, &user.time_zone, copy));
    let ask = (!waits).then(|| {
        view! {
            <form class="form" method="post" action="/api/cuenta/datos">
                <div class="form__actions">
                    <Button kind=ButtonKind::Secondary>{locale.t("Pedir una copia", "Ask for a copy")}</Button>
                </div>
            </form>
        }
    });
    let body = view! {
        <div class="stack stack--l">
            <PageHeader title=title lead=lead crumbs=crumbs crumbs_label=locale.t("Estás en", "You are in")/>
            {state}
            <section class="card stack" aria-labelledby="copia">
                <h2 id="copia">{locale.t("Qué lleva la copia", "What is in the copy")}</h2>
                <p>{locale.t(
                    "Cuenta, sesiones, coches, pedidos, documentos, servicios, intentos, pagos, métodos de pago (marca y cuatro cifras), facturas, desistimientos, casos con soporte y sus archivos, avisos, preferencias y tu expediente con sus sellos. Nunca contraseñas ni números de tarjeta.",
                    "Account, sessions, cars, orders, documents, services, attempts, payments, payment methods (brand and four digits), invoices, withdrawals, support cases with their files, messages, preferences and your story with its seals. Never passwords or card numbers.",
                )}</p>
                <p>{locale.t(
                    "Es un archivo ZIP con una página para leer y un JSON para otros programas (RGPD, artículos 15 y 20). Tardamos unos minutos; te avisamos por correo y la puedes descargar durante 7 días, solo con tu sesión.",
                    "It is a ZIP file with a page to read and JSON for other programs (GDPR, articles 15 and 20). It takes us some minutes; we mail you, and you can download it for 7 days, only while signed in.",
                )}</p>
                {ask}
            </section>
            <p><a href="/cuenta/borrar">{locale.t("Borrar mi cuenta", "Erase my account")}</a></p>
        </div>
    };
    let page = Page::new(title, body).class("page page--narrow").section(Section::Account);
    Ok(if waits { page.refresh(5) } else { page })
}

fn state(web: &WebContext, zone: &str, copy: Export) -> AnyView {
    let locale = web.locale;
    let now = web.caas.now();
    match (copy.state, copy.expires_at) {
        (ExportState::Requested, _) => view! {
            <Notice tone=Tone::Waiting title=locale.t("Estamos preparando tu copia", "We are making your copy")>
                {locale.t("Esta página se actualiza sola.", "This page refreshes itself.")}
            </Notice>
        }
        .into_any(),
        (ExportState::Ready, Some(until)) if until > now => {
            let day = when::moment(until, zone, locale);
            let href = format!("/cuenta/datos/{}", copy.id);
            let action = view! {
                <LinkButton href=href kind=ButtonKind::Primary>{locale.t("Descargar la copia (ZIP)", "Download the copy (ZIP)")}</LinkButton>
            };
            view! {
                <Notice tone=Tone::Done title=locale.t("Tu copia está lista", "Your copy is ready") action=action.into_any()>
                    {locale.t("Disponible hasta el", "Available until")}" "{day}"."
                </Notice>
            }
            .into_any()
        }
        _ => view! {
            <Notice tone=Tone::Info title=locale.t("Tu última copia ya no está", "Your last copy is gone")>
                {locale.t("La borramos a los 7 días. Puedes pedir otra.", "We delete it after 7 days. You can ask for another.")}
            </Notice>
        }
        .into_any(),
    }
}

/// `/cuenta/datos/{id}`: the file, for its owner while it lasts.
pub(super) async fn download(web: WebContext) -> PageResult {
    let user = customer(&web)?.id;
    let id: Uuid = web.param_as("id")?;
    let content = export::fetch(&web.caas, user, id).await?.ok_or(Refusal::Hidden("export"))?;
    let name = format!("{}.zip", web.locale.t("mis-datos-caas", "my-caas-data"));
    Ok(Page::download(name, "application/zip", Body::from(content)))
}

/// Asks for a copy.
#[server(endpoint = "cuenta/datos")]
pub async fn ask_for_copy() -> Result<(), ServerFnError> {
    submit(async move |web| {
        let user = customer(&web)?.id;
        let message = match export::request(&web.caas, user).await? {
            Asked::Yes | Asked::UnderWay => Message::DataCopyAsked,
            Asked::TooSoon { .. } => Message::DataCopyTooSoon,
        };
        Ok(Goto::to("/cuenta/datos").toast(message))
    })
    .await
}
