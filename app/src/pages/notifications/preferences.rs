//! `/cuenta/avisos`: how one is reached. What must be said is said whatever is chosen here, and the page says so.

use super::words;
use crate::ui::{Button, ButtonKind, CheckField, Crumb, IconName, LinkButton, PageHeader};
use crate::web::dates::moment;
use crate::web::{Goto, Message, Page, PageResult, Refusal, Section, WebContext, submit};
use caas::accounts::{self, Role, SessionUser};
use caas::kernel::locale::Locale;
use caas::notifications::devices::{self, Device, Subscription};
use caas::notifications::model::{Channel, NoticeGroup};
use caas::notifications::port::PushDevice;
use caas::notifications::preferences::{self, Preferences};
use leptos::prelude::*;
use uuid::Uuid;

/// The page.
pub(super) async fn preferences_page(web: WebContext) -> PageResult {
    let locale = web.locale;
    let id = web.require_user()?.id;
    let user = accounts::session_user(&web.caas, id).await?.ok_or(Refusal::SignIn)?;
    let mut tx = web.caas.db.read().await?;
    let chosen = preferences::of(&mut tx, id).await?;
    let own = devices::of(&mut tx, id).await?;
    drop(tx);
    let title = locale.t("Cómo te avisamos", "How we reach you");
    let lead = locale.t(
        "Lo que tienes que saber te llega siempre. El resto, como tú quieras.",
        "What you have to know always reaches you. The rest, as you like.",
    );
    let choices = (user.role == Role::Customer).then(|| choices(&chosen, &user, locale));
    let body = view! {
        <div class="stack stack--l">
            <PageHeader title=title lead=lead crumbs=vec![Crumb::new("/cuenta", locale.t("Tu cuenta", "Your account"))]
                crumbs_label=locale.t("Estás en", "You are in")/>
            {choices}
            {browsers(&web, &user, own)}
        </div>
    };
    Ok(Page::new(title, body).class("page page--narrow").section(Section::Account))
}

/// The groups somebody outside can choose about.
fn groups() -> impl Iterator<Item = NoticeGroup> {
    let inside = [NoticeGroup::Account, NoticeGroup::Staff];
    NoticeGroup::ALL.iter().copied().filter(move |group| !inside.contains(group))
}

fn choices(chosen: &Preferences, user: &SessionUser, locale: Locale) -> AnyView {
    let groups = groups().map(|group| one_group(group, chosen, locale)).collect_view();
    let no_phone = user.phone.is_none().then(|| {
        view! {
            <p class="muted">
                {locale.t("Para recibir SMS hace falta un teléfono en ", "Text messages need a phone number in ")}
                <a href="/cuenta#perfil">{locale.t("tus datos", "your details")}</a>"."
            </p>
        }
    });
    view! {
        <section class="card stack" aria-labelledby="elegir">
            <h2 id="elegir">{locale.t("Qué quieres recibir", "What you want to receive")}</h2>
            {no_phone}
            <form class="form" method="post" action="/api/cuenta/avisos">
                // Sent even when no box is ticked.
                <input type="hidden" name="wanted[]" value=""/>
                {groups}
                <div class="form__actions">
                    <Button kind=ButtonKind::Primary>{locale.t("Guardar", "Save")}</Button>
                </div>
            </form>
        </section>
    }
    .into_any()
}

fn one_group(group: NoticeGroup, chosen: &Preferences, locale: Locale) -> AnyView {
    let always: Vec<_> = Channel::ALL
        .iter()
        .filter(|channel| group.always(**channel))
        .map(|channel| words::channel(*channel, locale).to_lowercase())
        .collect();
    let always = (!always.is_empty()).then(|| {
        let text = format!(
            "{} {}.",
            locale.t("Lo imprescindible llega siempre por:", "What is essential always comes by:"),
            always.join(", ")
        );
        view! { <p class="muted small">{text}</p> }
    });
    let boxes = Channel::ALL
        .iter()
        .filter_map(|&channel| {
            let choice = group.choice(channel)?;
            let checked = chosen.wants(group, channel, choice.default);
            Some(view! {
                <CheckField label=words::channel(channel, locale) name="wanted[]" value=format!("{group}:{channel}")
                    id=format!("{group}-{channel}").to_lowercase() checked=checked/>
            })
        })
        .collect_view();
    view! {
        <fieldset class="stack stack--s">
            <legend>{words::group(group, locale)}</legend>
            <p class="muted">{words::about_group(group, locale)}</p>
            {always}
            {boxes}
        </fieldset>
    }
    .into_any()
}

/// Browsers that take push messages. The script of the page shows the button where the browser can.
fn browsers(web: &WebContext, user: &SessionUser, own: Vec<Device>) -> AnyView {
    let locale = web.locale;
    // The browser itself still knows of messages that were switched off for it here.
    let here = own.iter().any(|device| web.device == Some(device.id));
    let lines = own
        .into_iter()
        .map(|device| {
            let since = format!(
                "{} {}",
                locale.t("Desde", "Since"),
                moment(device.created_at, &user.time_zone, locale)
            );
            let forget = format!("{}: {}", locale.t("Quitar", "Remove"), device.label);
            view! {
                <li class="line">
                    <div class="line__text"><p class="line__title">{device.label}</p><p class="muted small">{since}</p></div>
                    <form method="post" action="/api/cuenta/avisos/dispositivos/quitar">
                        <input type="hidden" name="device" value=device.id.to_string()/>
                        <button class="btn btn--quiet" aria-label=forget>{locale.t("Quitar", "Remove")}</button>
                    </form>
                </li>
            }
        })
        .collect::<Vec<_>>();
    let list = (!lines.is_empty()).then(|| view! { <ul class="lines lines--flat">{lines}</ul> });
    let key = web.caas.push.public_key().to_owned();
    let known = here.then_some("true");
    let nonce = web.nonce.clone();
    view! {
        <section class="card stack" id="dispositivos" data-push-key=key data-push-known=known>
            <h2>{locale.t("Avisos en este dispositivo", "Messages on this device")}</h2>
            <p>{locale.t(
                "Te avisamos en la pantalla aunque no tengas la página abierta: cuando tu coche confirma algo, o algo falla.",
                "We tell you on the screen even when the page is not open: when your car confirms something, or something fails.",
            )}</p>
            <p class="muted">{locale.t(
                "Si sales de tu cuenta en un dispositivo, ese dispositivo deja de recibirlos.",
                "When you sign out on a device, that device takes no more of them.",
            )}</p>
            {list}
            <form method="post" action="/api/cuenta/avisos/dispositivos" data-push="offer" hidden=true>
                <input type="hidden" name="endpoint"/>
                <input type="hidden" name="p256dh"/>
                <input type="hidden" name="auth"/>
                <Button kind=ButtonKind::Primary icon=IconName::Bell>{locale.t("Activar en este navegador", "Switch on in this browser")}</Button>
            </form>
            <p data-push="denied" role="status" hidden=true>{locale.t(
                "Este navegador tiene bloqueados los avisos de esta página. Puedes permitirlos en sus ajustes.",
                "This browser blocks messages of this page. You can allow them in its settings.",
            )}</p>
            <p data-push="on" hidden=true>{locale.t("Este navegador ya recibe avisos.", "This browser already takes messages.")}</p>
            <p data-push="unable" class="muted">{locale.t(
                "Este navegador no puede recibirlos. En un iPhone o iPad, añade antes la página a la pantalla de inicio.",
                "This browser can't take them. On an iPhone or iPad, add the page to the home screen first.",
            )}</p>
            <script type="module" nonce=nonce src="/push.js"></script>
        </section>
    }
    .into_any()
}

/// The way here from the account's page.
pub fn preferences_card(locale: Locale) -> AnyView {
    view! {
        <section class="card stack">
            <h2>{locale.t("Avisos", "Messages")}</h2>
            <p>{locale.t("Por dónde te avisamos, y en qué dispositivos.", "Where we reach you, and on which devices.")}</p>
            <p><LinkButton href="/cuenta/avisos">{locale.t("Elegir cómo", "Choose how")}</LinkButton></p>
        </section>
    }
    .into_any()
}

/// Keeps what was ticked.
#[server(endpoint = "cuenta/avisos")]
pub async fn save_preferences(#[server(default)] wanted: Vec<String>) -> Result<(), ServerFnError> {
    submit(async move |web| {
        let user = web.require_role(&[Role::Customer])?.id;
        // What is no box of ours is nobody's wish.
        let wanted: Vec<(NoticeGroup, Channel)> = wanted
            .iter()
            .take(100)
            .filter_map(|text| {
                let (group, channel) = text.split_once(':')?;
                Some((group.parse().ok()?, channel.parse().ok()?))
            })
            .collect();
        preferences::choose(&web.caas, user, &wanted).await?;
        Ok(Goto::to("/cuenta/avisos").toast(Message::Saved))
    })
    .await
}

/// A browser has agreed to take push messages.
#[server(endpoint = "cuenta/avisos/dispositivos")]
pub async fn add_device(
    #[server(default)] endpoint: String,
    #[server(default)] p256dh: String,
    #[server(default)] auth: String,
) -> Result<(), ServerFnError> {
    submit(async move |web| {
        let user = web.require_user()?.id;
        let label = crate::pages::account::device_in_words(web.user_agent.as_deref().unwrap_or_default(), web.locale);
        let subscription = Subscription { device: PushDevice { endpoint, p256dh, auth }, label };
        let session = web.session.as_deref().map(accounts::session_handle).unwrap_or_default();
        let device = devices::subscribe(&web.caas, user, &session, &subscription).await?;
        if let Some(device) = device {
            web.remember_device(device);
        }
        let message = if device.is_some() { Message::DeviceAdded } else { Message::DeviceNotAdded };
        Ok(Goto::to("/cuenta/avisos#dispositivos").toast(message))
    })
    .await
}

/// A device is to get no more messages.
#[server(endpoint = "cuenta/avisos/dispositivos/quitar")]
pub async fn remove_device(#[server(default)] device: String) -> Result<(), ServerFnError> {
    submit(async move |web| {
        let user = web.require_user()?.id;
        let device: Uuid = device.parse().map_err(|_| Refusal::NotFound)?;
        if devices::forget(&web.caas, user, device).await? {
            Ok(Goto::to("/cuenta/avisos#dispositivos").toast(Message::DeviceRemoved))
        } else {
            Err(Refusal::Hidden("push_device"))
        }
    })
    .await
}
