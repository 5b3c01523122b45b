//! Where one is signed in.

use super::device;
use crate::ui::{Button, ButtonKind, ConfirmBox, DataTable, Status, StatusPill};
use crate::web::{Goto, Message, Refusal, WebContext, submit};
use caas::accounts::{self, AccountError, OwnSession, SessionUser};
use caas::kernel::when;
use leptos::prelude::*;

/// The list of sessions, each with a way to end it.
pub(super) fn own_sessions(web: &WebContext, user: &SessionUser, sessions: Vec<OwnSession>) -> impl IntoView + use<> {
    let locale = web.locale;
    let heads = [
        locale.t("Dispositivo", "Device"),
        locale.t("Último uso", "Last used"),
        locale.t("Desde", "Since"),
        locale.t("Acción", "Action"),
    ]
    .map(str::to_owned);
    let [device_head, used_head, since_head, _] = heads.clone();
    let rows = sessions
        .into_iter()
        .map(|session| {
            let device = device::in_words(&session.user_agent, locale);
            let end = format!("{}: {device}", locale.t("Cerrar la sesión", "End the session"));
            let action = if session.current {
                view! { <StatusPill kind=Status::Active word=locale.t("Esta sesión", "This session")/> }.into_any()
            } else {
                view! {
                    <form method="post" action="/api/cuenta/sesiones/cerrar">
                        <input type="hidden" name="session" value=session.handle/>
                        <button class="btn btn--quiet" aria-label=end>{locale.t("Cerrar", "End")}</button>
                    </form>
                }
                .into_any()
            };
            let moment = |at| when::moment(at, &user.time_zone, locale);
            view! {
                <tr>
                    <td data-label=device_head.clone()>{device}<br/><span class="muted small code">{session.address}</span></td>
                    <td data-label=used_head.clone()>{moment(session.last_seen_at)}</td>
                    <td data-label=since_head.clone()>{moment(session.created_at)}</td>
                    <td>{action}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <section class="card stack" id="sesiones">
            <h2>{locale.t("Tus sesiones", "Your sessions")}</h2>
            <DataTable caption=locale.t("Dispositivos con tu cuenta abierta", "Devices where you are signed in") heads=heads.to_vec()>
                {rows}
            </DataTable>
            <ConfirmBox opener=locale.t("Salir en todos los dispositivos", "Sign out everywhere")
                title=locale.t("¿Salir en todos los dispositivos?", "Sign out on every device?")>
                <p>{locale.t("También en este. Tendrás que volver a entrar.", "On this one too. You will have to sign in again.")}</p>
                <form method="post" action="/api/cuenta/sesiones/cerrar-todas">
                    <Button kind=ButtonKind::Danger>{locale.t("Salir en todos", "Sign out everywhere")}</Button>
                </form>
            </ConfirmBox>
        </section>
    }
}

/// Ends one of one's own sessions. Somebody else's does not exist.
#[server(endpoint = "cuenta/sesiones/cerrar")]
pub async fn end_session(#[server(default)] session: String) -> Result<(), ServerFnError> {
    submit(async move |web| {
        let user = web.require_user()?.id;
        match accounts::end_session(&web.caas, user, &session).await {
            Ok(()) => Ok(Goto::to("/cuenta#sesiones").toast(Message::SessionEnded)),
            Err(AccountError::Failure(failure)) => Err(failure.into()),
            Err(_) => Err(Refusal::Hidden("session")),
        }
    })
    .await
}

/// Ends every session, this one too.
#[server(endpoint = "cuenta/sesiones/cerrar-todas")]
pub async fn end_all_sessions() -> Result<(), ServerFnError> {
    submit(async move |web| {
        let user = web.require_user()?.id;
        match accounts::sign_out_everywhere(&web.caas, user).await {
            Ok(()) => {
                web.sign_out().await?;
                Ok(Goto::to("/entrar").toast(Message::SignedOutEverywhere))
            }
            Err(AccountError::Failure(failure)) => Err(failure.into()),
            Err(_) => Err(Refusal::NotFound),
        }
    })
    .await
}
