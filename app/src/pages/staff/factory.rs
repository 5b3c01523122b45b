//! `/operaciones/fabrica`: paid orders that the factory could not be brought to take. People order them by phone, let the
//! tries begin anew, or give them up; what follows from each stands before its button.

use super::{age, span};
use crate::ui::{
    Button, ButtonKind, CheckField, ConfirmBox, Crumb, DataTable, EmptyState, Fact, Field, KeyValueList, Notice,
    PageHeader, Status, StatusPill, Tone,
};
use crate::web::dates::{exact, moment};
use crate::web::{FormState, Goto, Message, Page, PageResult, Refusal, Role, Section, WebContext, submit};
use caas::kernel::ids::{OrderId, UserId};
use caas::kernel::locale::Locale;
use caas::sales::factory::manual::{self, LONGEST_ID, ManualRefusal, Waiting};
use caas::sales::factory::queue::{FactoryPlacing, PlacingState, is_down, queued};
use caas::sales::orders::Order;
use leptos::prelude::*;

const HERE: &str = "/operaciones/fabrica";
/// Orders shown, those that wait longest first; the rest shows as these are dealt with.
const SHOWN: i64 = 100;

/// Who works here.
fn operator(web: &WebContext) -> Result<UserId, Refusal> {
    Ok(web.require_role(&[Role::Operations, Role::Administrator])?.id)
}

fn section(web: &WebContext) -> Section {
    match web.user.as_ref().map(|user| user.role) {
        Some(Role::Administrator) => Section::Admin,
        _ => Section::Operations,
    }
}

fn title(locale: Locale) -> &'static str {
    locale.t("Pedidos a la fábrica", "Orders to the factory")
}

/// The list.
pub(super) async fn factory_page(web: WebContext) -> PageResult {
    operator(&web)?;
    let locale = web.locale;
    let mut tx = web.caas.db.read().await?;
    let waiting = manual::list(&mut tx, SHOWN).await?;
    let count = manual::count(&mut tx).await?;
    let by_itself = queued(&mut tx, None).await?;
    let down = is_down(&mut tx).await?;
    drop(tx);
    let lead = locale.t(
        "Señales cobradas cuyo coche la fábrica no ha aceptado todavía. Cada uno espera a que alguien llame.",
        "Paid reservations whose car the factory has not taken yet. Each waits for somebody to call.",
    );
    let crumbs = vec![crumb_of_operations(&web)];
    let list = if waiting.is_empty() {
        let when = when_they_come(web.caas.policies.factory.max_attempts, locale);
        view! {
            <EmptyState title=locale.t("Nadie espera a una persona", "Nothing waits for a person")>
                <p>{when}</p>
            </EmptyState>
        }
        .into_any()
    } else {
        table(&waiting, &web)
    };
    let more = (count > SHOWN).then(|| {
        let words = match locale {
            Locale::Es => format!("Se muestran {SHOWN} de {count}."),
            Locale::En => format!("{SHOWN} of {count} are shown."),
        };
        view! { <p class="muted">{words}</p> }
    });
    let body = view! {
        <PageHeader title=title(locale) lead=lead crumbs=crumbs crumbs_label=locale.t("Estás en", "You are in")/>
        {state_of_the_factory(down, by_itself, locale)}
        <section class="section dense" aria-labelledby="esperan">
            <h2 id="esperan">{locale.t("Esperan a una persona", "Waiting for a person")}</h2>
            {list}
            {more}
        </section>
    };
    Ok(Page::new(title(locale), body).section(section(&web)))
}

fn crumb_of_operations(web: &WebContext) -> Crumb {
    match section(web) {
        Section::Admin => Crumb::new("/admin", web.t("Administración", "Administration")),
        _ => Crumb::new("/operaciones", web.t("Operaciones", "Operations")),
    }
}

/// Whether the factory answers, and what waits for it without anybody's help.
fn state_of_the_factory(down: bool, by_itself: i64, locale: Locale) -> AnyView {
    let waits = match (by_itself, locale) {
        (0, _) => locale.t("Ningún pedido espera respuesta.", "No order waits for an answer.").to_owned(),
        (1, Locale::Es) => "1 pedido se está haciendo solo.".to_owned(),
        (1, Locale::En) => "1 order is being placed by itself.".to_owned(),
        (count, Locale::Es) => format!("{count} pedidos se están haciendo solos."),
        (count, Locale::En) => format!("{count} orders are being placed by themselves."),
    };
    if down {
        let title = locale.t("La fábrica no responde", "The factory does not answer");
        let text = locale.t(
            "Se deja descansar y se prueba cada minuto. Las ventas siguen y guardan su turno.",
            "It is given a rest and tried every minute. Sales go on and keep their place in the queue.",
        );
        return view! { <Notice tone=Tone::Waiting title=title>{text}" "{waits}</Notice> }.into_any();
    }
    view! { <p>{waits}</p> }.into_any()
}

fn table(waiting: &[Waiting], web: &WebContext) -> AnyView {
    let locale = web.locale;
    let heads = [
        locale.t("Pedido", "Order"),
        locale.t("Modelo", "Model"),
        locale.t("Concesionario", "Dealership"),
        locale.t("Espera", "Waiting"),
        locale.t("Intentos", "Tries"),
        locale.t("Por qué", "Why"),
    ];
    let [number, model, dealership, wait, tries, why] = heads;
    let rows = waiting
        .iter()
        .map(|one| {
            let since = one.manual_since.unwrap_or(one.queued_at);
            view! {
                <tr>
                    <td data-label=number><a class="code" href=format!("{HERE}/{}", one.order_id)>{one.number.clone()}</a></td>
                    <td data-label=model>{one.model.clone()}</td>
                    <td data-label=dealership>{one.dealership.clone()}</td>
                    <td data-label=wait><time datetime=exact(since)>{span(web.caas.now() - since, locale)}</time></td>
                    <td data-label=tries class="num">{one.attempts}</td>
                    <td data-label=why>{why_words(one.last_error.as_deref(), locale)}</td>
                </tr>
            }
        })
        .collect_view();
    let caption = locale.t(
        "Pedidos que esperan a una persona, los más antiguos primero",
        "Orders that wait for a person, oldest first",
    );
    let heads = heads.map(|head| if head == tries { format!("#{head}") } else { head.to_owned() });
    view! { <DataTable caption=caption caption_hidden=true heads=heads.to_vec()>{rows}</DataTable> }.into_any()
}

/// Why an order came here. What follows the code is for engineers and stands on the order's own page.
fn why_words(error: Option<&str>, locale: Locale) -> &'static str {
    match error.and_then(|error| error.split(':').next()).unwrap_or_default() {
        "KEY_EXPIRED" => locale.t(
            "Lleva casi un día sin respuesta: repetirlo podría pedir otro coche",
            "No answer for almost a day: repeating it could order a second car",
        ),
        "ID_TAKEN" => locale.t(
            "La fábrica contestó con el número de otro pedido",
            "The factory answered with the number of another order",
        ),
        "UNAVAILABLE" => locale.t("La fábrica no estaba disponible", "The factory was unavailable"),
        "NO_ANSWER" | "" => locale.t("La fábrica no respondió", "The factory did not answer"),
        _ => locale.t("La fábrica no aceptó el pedido tal como iba", "The factory did not take the order as it was"),
    }
}

/// Why an order would be here.
fn when_they_come(tries: i64, locale: Locale) -> String {
    match locale {
        Locale::Es => format!(
            "Los pedidos se hacen solos. Tras {tries} intentos sin respuesta, o si la fábrica no entiende el pedido, aparecen aquí."
        ),
        Locale::En => format!(
            "Orders are placed by themselves. After {tries} tries without an answer, or when the factory does not understand an order, they appear here."
        ),
    }
}

/// One order: what to tell the factory by phone, and the ways out.
pub(super) async fn factory_order_page(web: WebContext) -> PageResult {
    let locale = web.locale;
    operator(&web)?;
    let id: OrderId = web.param_as("id")?;
    let mut tx = web.caas.db.read().await?;
    let (order, placing) = manual::case(&mut tx, id).await?.ok_or(Refusal::NotFound)?;
    drop(tx);
    let crumbs = vec![crumb_of_operations(&web), Crumb::new(HERE, title(locale))];
    let (state, word) = state_words(placing.state, locale);
    let pill = view! { <StatusPill kind=state word=word/> }.into_any();
    let ways = (placing.state == PlacingState::Manual).then(|| ways_out(&web, &order, &placing));
    let stale = web.form("fabrica").problem::<ManualRefusal>("").map(|why| {
        view! { <Notice tone=Tone::Problem>{refusal_words(why, locale)}</Notice> }
    });
    let title = order.number.clone();
    let body = view! {
        <PageHeader title=title.clone() crumbs=crumbs crumbs_label=locale.t("Estás en", "You are in") actions=pill/>
        {stale}
        <section class="card stack" aria-labelledby="datos">
            <h2 id="datos" class="card__title">{locale.t("Lo que se pide", "What is ordered")}</h2>
            <KeyValueList facts=facts(&web, &placing)/>
        </section>
        {ways}
    };
    Ok(Page::new(title, body).class("page page--narrow").section(section(&web)))
}

fn state_words(state: PlacingState, locale: Locale) -> (Status, &'static str) {
    match state {
        PlacingState::Queued => (Status::Waiting, locale.t("Haciéndose solo", "Being placed by itself")),
        PlacingState::Placed => (Status::Done, locale.t("La fábrica lo tiene", "The factory has it")),
        PlacingState::Manual => (Status::Warning, locale.t("Espera a una persona", "Waits for a person")),
        PlacingState::Rejected => (Status::Ended, locale.t("La fábrica lo rechazó", "The factory rejected it")),
        PlacingState::Cancelled => (Status::Ended, locale.t("Cancelado", "Cancelled")),
    }
}

fn facts(web: &WebContext, placing: &FactoryPlacing) -> Vec<Fact> {
    let locale = web.locale;
    let zone = web.user.as_ref().map_or("UTC", |user| &user.time_zone);
    let asked = &placing.request.0;
    let none = locale.t("ninguna", "none");
    let options = if asked.options.is_empty() { none.to_owned() } else { asked.options.join(", ") };
    let mut facts = vec![
        Fact::code(
            locale.t("Nuestra referencia en la fábrica", "Our reference at the factory"),
            asked.order.to_string(),
        ),
        Fact::code(locale.t("Modelo", "Model"), asked.model.clone()),
        Fact::code(locale.t("Color", "Colour"), asked.colour.clone()),
        Fact::code(locale.t("Opciones", "Options"), options),
        Fact::text(locale.t("A nombre de", "In the name of"), asked.customer_name.clone()),
        Fact::text(locale.t("País", "Country"), asked.country.clone()),
        Fact::code(locale.t("Concesionario", "Dealership"), asked.dealership.to_string()),
        Fact::text(locale.t("En cola desde", "Queued since"), moment(placing.queued_at, zone, locale)),
        Fact::text(locale.t("Intentos", "Tries"), placing.attempts.to_string()),
    ];
    if let Some(error) = &placing.last_error {
        facts.push(Fact::text(locale.t("Por qué", "Why"), why_words(Some(error), locale)));
        facts.push(Fact::code(locale.t("Último error", "Last error"), error.clone()));
    }
    if let Some(since) = placing.manual_since {
        facts.push(Fact::text(locale.t("Espera a una persona", "Waits for a person"), age(web, since)));
    }
    if let Some(id) = &placing.factory_order_id {
        facts.push(Fact::code(locale.t("Número de la fábrica", "The factory's number"), id.clone()));
    }
    facts
}

fn ways_out(web: &WebContext, order: &Order, placing: &FactoryPlacing) -> AnyView {
    let locale = web.locale;
    let maybe = placing.may_be_ordered().then(|| {
        let title = locale.t("La fábrica quizá ya lo tiene", "The factory may have it already");
        let text = locale.t(
            "Una petición se quedó sin respuesta. Antes de pedirlo por teléfono o cancelarlo, pregunta si hay un pedido con nuestra referencia: si lo hay, su número es el que hace falta.",
            "One request had no answer. Before you order by phone or cancel, ask whether there is an order with our reference: if there is, its number is what is needed.",
        );
        view! { <Notice tone=Tone::Waiting title=title>{text}</Notice> }
    });
    view! {
        <section class="card stack" aria-labelledby="salidas">
            <h2 id="salidas" class="card__title">{locale.t("Salidas", "Ways out")}</h2>
            {maybe}
            {by_phone(web, order.id)}
            {again(web, order.id, placing)}
            {give_up(web, order)}
        </section>
    }
    .into_any()
}

fn by_phone(web: &WebContext, order: OrderId) -> AnyView {
    let locale = web.locale;
    let form = web.form("telefono");
    let wrong = |field: &str| {
        form.problem::<ManualRefusal>(field).map(|why| refusal_words(why, locale).to_owned()).unwrap_or_default()
    };
    let (id_wrong, date_wrong) = (wrong("factory_order"), wrong("date"));
    view! {
        <ConfirmBox opener=locale.t("Ya está pedido por teléfono", "It is ordered by phone") open=form.has_errors()
            title=locale.t("La fábrica ha dado un número de pedido", "The factory has given an order number")>
            <p>{locale.t(
                "El pedido sigue su curso como si se hubiera hecho solo: el cliente recibe el aviso de que está pedido, y los mensajes de la fábrica con ese número lo moverán. No se puede deshacer.",
                "The order goes on as if it had been placed by itself: the customer is told that it is ordered, and the factory's messages with this number will move it on. It can't be undone.",
            )}</p>
            <form class="form" method="post" action="/api/operaciones/fabrica/pedido" id="telefono">
                <input type="hidden" name="order" value=order.to_string()/>
                <Field label=locale.t("Número que ha dado la fábrica", "Number the factory gave") name="factory_order" code=true
                    required=true maxlength=LONGEST_ID as u32 value=form.value("factory_order") error=id_wrong/>
                <Field label=locale.t("Fecha prevista", "Expected date") name="date" kind="date"
                    optional_word=locale.t("(opcional)", "(optional)") value=form.value("date") error=date_wrong/>
                <div class="form__actions"><Button kind=ButtonKind::Primary>{locale.t("Marcar como pedido", "Mark as ordered")}</Button></div>
            </form>
        </ConfirmBox>
    }
    .into_any()
}

fn again(web: &WebContext, order: OrderId, placing: &FactoryPlacing) -> AnyView {
    let locale = web.locale;
    let form = web.form("reintentar");
    let needs_tick = placing.needs_new_key(&web.caas);
    let wrong = form
        .problem::<ManualRefusal>("none_there")
        .map(|why| refusal_words(why, locale).to_owned())
        .unwrap_or_default();
    let text = if needs_tick {
        locale
            .t(
            "Ha pasado casi un día desde la petición sin respuesta, y la fábrica ya no reconocerá la repetición: un intento nuevo es un pedido nuevo. Pregunta antes si tiene el nuestro.",
            "Almost a day has passed since the request without an answer, and the factory will not know the repetition: a new try is a new order. Ask first whether it has ours.",
        ).to_owned()
    } else {
        let tries = web.caas.policies.factory.max_attempts;
        match locale {
            Locale::Es => format!(
                "Vuelve a la cola con otros {tries} intentos. Si la fábrica ya lo tiene, lo reconocerá: no se pide dos veces."
            ),
            Locale::En => format!(
                "It goes back into the queue with another {tries} tries. If the factory has it already, it will know it: it is not ordered twice."
            ),
        }
    };
    let tick = needs_tick.then(|| {
        view! {
            <CheckField label=locale.t("He preguntado y la fábrica no tiene ningún pedido con nuestra referencia", "I have asked and the factory has no order with our reference")
                name="none_there" error=wrong/>
        }
    });
    view! {
        <ConfirmBox opener=locale.t("Volver a intentarlo", "Try again") open=form.has_errors()
            title=locale.t("Que el sistema lo intente otra vez", "Let the system try again")>
            <p>{text}</p>
            <form class="form" method="post" action="/api/operaciones/fabrica/reintentar" id="reintentar">
                <input type="hidden" name="order" value=order.to_string()/>
                {tick}
                <div class="form__actions"><Button kind=ButtonKind::Primary>{locale.t("Volver a intentarlo", "Try again")}</Button></div>
            </form>
        </ConfirmBox>
    }
    .into_any()
}

fn give_up(web: &WebContext, order: &Order) -> AnyView {
    let locale = web.locale;
    let form = web.form("cancelar");
    let (id, open) = (order.id.to_string(), form.has_errors());
    let wrong =
        form.problem::<ManualRefusal>("sure").map(|why| refusal_words(why, locale).to_owned()).unwrap_or_default();
    let amount = order.reservation().map(|amount| amount.display(locale)).unwrap_or_default();
    let text = match locale {
        Locale::Es => format!(
            "El pedido {} se cancela, se devuelve al cliente toda la señal ({amount}) y se le avisa. No se puede deshacer. Asegúrate de que la fábrica no lo está fabricando.",
            order.number
        ),
        Locale::En => format!(
            "Order {} is cancelled, the customer gets the whole reservation back ({amount}) and is told. It can't be undone. Make sure that the factory is not building it.",
            order.number
        ),
    };
    view! {
        <ConfirmBox opener=locale.t("Cancelar y devolver la señal", "Cancel and refund") danger=true open=open
            title=locale.t("Este coche no se va a fabricar", "This car will not be built")>
            <p>{text}</p>
            <form class="form" method="post" action="/api/operaciones/fabrica/cancelar" id="cancelar">
                <input type="hidden" name="order" value=id/>
                <CheckField label=locale.t("La fábrica no lo tiene, o lo ha anulado", "The factory does not have it, or has cancelled it")
                    name="sure" required=true error=wrong/>
                <div class="form__actions"><Button kind=ButtonKind::Danger>{locale.t("Cancelar y devolver", "Cancel and refund")}</Button></div>
            </form>
        </ConfirmBox>
    }
    .into_any()
}

fn refusal_words(why: ManualRefusal, locale: Locale) -> &'static str {
    match why {
        ManualRefusal::NotFound | ManualRefusal::NotWaiting => locale.t(
            "Ya no espera a una persona: alguien lo ha resuelto mientras tanto.",
            "It no longer waits for a person: somebody has dealt with it meanwhile.",
        ),
        ManualRefusal::IdMissing => {
            locale.t("Escribe el número que ha dado la fábrica.", "Write the number the factory gave.")
        }
        ManualRefusal::IdUnreadable => locale.t(
            "El número solo lleva letras, cifras y signos, sin espacios.",
            "The number has only letters, figures and signs, no spaces.",
        ),
        ManualRefusal::IdTaken => locale.t(
            "Ese número es de otro pedido. Compruébalo con la fábrica.",
            "This number is another order's. Check it with the factory.",
        ),
        ManualRefusal::DateWrong => locale
            .t("Pon una fecha de hoy en adelante, o déjala vacía.", "Give a date from today on, or leave it empty."),
        ManualRefusal::TickNeeded => locale.t("Confírmalo antes de seguir.", "Confirm this before you go on."),
    }
}

/// Where a form of one order ends: the list when it is done, else the order with what is wrong at its field.
fn end(
    outcome: Result<(), ManualRefusal>,
    order: OrderId,
    done: Message,
    form: FormState,
    field_of: fn(ManualRefusal) -> &'static str,
) -> Result<Goto, Refusal> {
    match outcome {
        Ok(()) => Ok(Goto::to(HERE).toast(done)),
        Err(ManualRefusal::NotFound) => Err(Refusal::NotFound),
        Err(why @ ManualRefusal::NotWaiting) => {
            Ok(Goto::back(format!("{HERE}/{order}"), FormState::new("fabrica").wrong("", why)))
        }
        Err(why) => Ok(Goto::back(format!("{HERE}/{order}"), form.wrong(field_of(why), why))),
    }
}

/// Somebody has ordered by phone.
#[server(endpoint = "operaciones/fabrica/pedido")]
pub async fn factory_ordered_by_phone(
    #[server(default)] order: String,
    #[server(default)] factory_order: String,
    #[server(default)] date: String,
) -> Result<(), ServerFnError> {
    submit(async move |web| {
        let by = operator(&web)?;
        let order: OrderId = order.parse().map_err(|_| Refusal::NotFound)?;
        let outcome = manual::mark_ordered(&web.caas, by, order, &factory_order, &date).await?;
        let form = FormState::new("telefono").with("factory_order", &factory_order).with("date", &date);
        end(outcome, order, Message::FactoryOrdered, form, |why| match why {
            ManualRefusal::DateWrong => "date",
            _ => "factory_order",
        })
    })
    .await
}

/// The tries begin anew.
#[server(endpoint = "operaciones/fabrica/reintentar")]
pub async fn factory_try_again(
    #[server(default)] order: String,
    #[server(default)] none_there: String,
) -> Result<(), ServerFnError> {
    submit(async move |web| {
        let by = operator(&web)?;
        let order: OrderId = order.parse().map_err(|_| Refusal::NotFound)?;
        let outcome = manual::retry(&web.caas, by, order, none_there == "true").await?;
        end(outcome, order, Message::FactoryRetried, FormState::new("reintentar"), |_| "none_there")
    })
    .await
}

/// The order is given up and refunded.
#[server(endpoint = "operaciones/fabrica/cancelar")]
pub async fn factory_give_up(
    #[server(default)] order: String,
    #[server(default)] sure: String,
) -> Result<(), ServerFnError> {
    submit(async move |web| {
        let by = operator(&web)?;
        let order: OrderId = order.parse().map_err(|_| Refusal::NotFound)?;
        let outcome =
            if sure == "true" { manual::cancel(&web.caas, by, order).await? } else { Err(ManualRefusal::TickNeeded) };
        end(outcome, order, Message::FactoryCancelled, FormState::new("cancelar"), |_| "sure")
    })
    .await
}
