//! One's own account: who I am, how I get in, where I am signed in.

use super::{profile, sessions};
use crate::pages::notifications::preferences_card;
use crate::ui::{LinkButton, PageHeader};
use crate::web::{Page, PageResult, Refusal, Role, Section, WebContext};
use caas::accounts;
use caas::sales::journey;
use leptos::prelude::*;

/// `/cuenta`
pub(super) async fn account_page(web: WebContext) -> PageResult {
    let locale = web.locale;
    let id = web.require_user()?.id;
    let user = accounts::session_user(&web.caas, id).await?.ok_or(Refusal::SignIn)?;
    let handle = web.session.as_deref().map(accounts::session_handle).unwrap_or_default();
    let own = accounts::list_sessions(&web.caas, id, &handle).await?;
    let title = locale.t("Tu cuenta", "Your account");
    let orders = journey::list(&mut web.caas.db.read().await?, id).await?;
    let on_order = orders.iter().any(|line| !line.order.status.is_over()).then(|| {
        view! {
            <section class="card stack">
                <h2>{locale.t("Coches pedidos", "Cars on order")}</h2>
                <p>{locale.t("Por dónde va tu coche y qué falta.", "Where your car is and what is missing.")}</p>
                <p><LinkButton href="/expediente">{locale.t("Ver mis pedidos", "See my orders")}</LinkButton></p>
            </section>
        }
    });
    let payment_methods = (user.role == Role::Customer).then(|| {
        view! {
            {on_order}
            <section class="card stack">
                <h2>{locale.t("Métodos de pago", "Payment methods")}</h2>
                <p>{locale.t("Las tarjetas las guarda el banco, nunca CaaS.", "Cards are kept by the bank, never by CaaS.")}</p>
                <p><LinkButton href="/cuenta/metodos-de-pago">{locale.t("Ver mis métodos de pago", "See my payment methods")}</LinkButton></p>
            </section>
            <section class="card stack">
                <h2>{locale.t("Tus datos", "Your data")}</h2>
                <p>{locale.t("Llévate una copia de todo, o borra la cuenta.", "Take a copy of everything, or erase the account.")}</p>
                <p class="actions">
                    <LinkButton href="/cuenta/datos">{locale.t("Pedir una copia", "Ask for a copy")}</LinkButton>
                    <LinkButton href="/cuenta/borrar">{locale.t("Borrar la cuenta", "Erase the account")}</LinkButton>
                </p>
            </section>
            <section class="card stack">
                <h2>{locale.t("Ayuda", "Help")}</h2>
                <p>{locale.t("Tus casos con soporte, y un sitio para preguntar.", "Your cases with support, and a place to ask.")}</p>
                <p><LinkButton href="/cuenta/ayuda">{locale.t("Ir a la ayuda", "Go to help")}</LinkButton></p>
            </section>
        }
    });
    let body = view! {
        <div class="stack stack--l">
            <PageHeader title=title lead=user.email.clone()/>
            {profile::profile_form(&web, &user)}
            {profile::language_form(&web, &user)}
            {profile::password_form(&web, &user)}
            {payment_methods}
            {preferences_card(locale)}
            {sessions::own_sessions(&web, &user, own)}
        </div>
    };
    Ok(Page::new(title, body).class("page page--narrow").section(Section::Account))
}
