//! `/cuenta/borrar`: what goes, what must stay and until when, what stands in the way; and the wish itself.

use super::customer;
use crate::ui::{Button, ButtonKind, Crumb, Field, Notice, PageHeader, Tone};
use crate::web::{
    CurrentUser, FieldError, FormState, Goto, Message, Page, PageResult, Refusal, Section, WebContext, submit,
};
use caas::accounts::{self, AccountError};
use caas::kernel::locale::Locale;
use caas::kernel::when;
use caas::rights::erasure::{self, Open, Planned};
use caas::rights::model::{ErasureState, Obstacle, years_kept};
use leptos::prelude::*;

const HERE: &str = "/cuenta/borrar";
const FORM: &str = "borrar";

/// What is typed to confirm; either language's is good.
const WORDS: (&str, &str) = ("BORRAR", "ERASE");

pub(super) async fn erasure_page(web: WebContext) -> PageResult {
    let user = customer(&web)?.clone();
    let locale = web.locale;
    let mut tx = web.caas.db.read().await?;
    let last = erasure::latest(&mut tx, user.id).await?;
    let open = erasure::in_the_way(&mut tx, user.id).await?;
    drop(tx);
    let planned = last.filter(|last| last.state == ErasureState::Planned);
    let now = match planned {
        Some(planned) => waiting(&web, &when::moment(planned.due_at, &user.time_zone, locale)),
        None if open.is_empty() => form(&web, &user),
        None => in_the_way(locale, &open),
    };
    let title = locale.t("Borrar la cuenta", "Erase the account");
    let lead = locale.t(
        "Qué desaparece, qué nos obliga la ley a guardar y hasta cuándo.",
        "What goes, what the law makes us keep, and until when.",
    );
    let crumbs = vec![Crumb::new("/cuenta", locale.t("Cuenta", "Account"))];
    let body = view! {
        <div class="stack stack--l">
            <PageHeader title=title lead=lead crumbs=crumbs crumbs_label=locale.t("Estás en", "You are in")/>
            {what_goes(locale)}
            {what_stays(locale, &user.country)}
            {now}
        </div>
    };
    Ok(Page::new(title, body).class("page page--narrow").section(Section::Account))
}

fn what_goes(locale: Locale) -> AnyView {
    view! {
        <section class="card stack" aria-labelledby="se-va">
            <h2 id="se-va">{locale.t("Lo que desaparece", "What goes")}</h2>
            <ul class="bullets">
                <li>{locale.t("Nombre, correo, teléfono, direcciones, NIF y documentos.", "Name, email, phone, addresses, tax id and documents.")}</li>
                <li>{locale.t("Lo que escribiste a soporte, con sus archivos; los casos abiertos se cierran.", "What you wrote to support, with its files; open cases are closed.")}</li>
                <li>{locale.t("Métodos de pago, sesiones, dispositivos, móviles vinculados y textos de los avisos.", "Payment methods, sessions, devices, linked phones and the texts of messages.")}</li>
                <li>{locale.t("Tus coches dejan de estar en la cuenta. Lo que llevan activado se queda en ellos y ya no podrás gestionarlo ni desistir.", "Your cars leave the account. What is on in them stays in them, and you can no longer manage it or withdraw.")}</li>
            </ul>
            <p>{locale.t("Antes puedes", "Before that you can")}" "
                <a href="/cuenta/datos">{locale.t("pedir una copia de tus datos", "ask for a copy of your data")}</a>"."</p>
        </section>
    }
    .into_any()
}

fn what_stays(locale: Locale, country: &str) -> AnyView {
    let years = years_kept(country);
    let source = match country {
        "ES" => locale.t(
            "Código de Comercio, art. 30 (y 4 años por la Ley General Tributaria, art. 66)",
            "Código de Comercio art. 30 (and 4 years by Ley General Tributaria art. 66)",
        ),
        "FR" => "Code de commerce, art. L123-22",
        "DE" => "§ 147 AO, § 14b UStG",
        "GB" => "Companies Act 2006 s. 388, VAT Notice 700/21",
        _ => locale.t("la ley del país de la factura", "the law of the invoice's country"),
    };
    let invoices = match locale {
        Locale::Es => format!(
            "Las facturas, con tu nombre: {years} años desde el final del año de la última ({source}). Después quitamos el nombre también."
        ),
        Locale::En => format!(
            "Invoices, with your name: {years} years from the end of the year of the last one ({source}). Then we remove the name too."
        ),
    };
    view! {
        <section class="card stack" aria-labelledby="se-queda">
            <h2 id="se-queda">{locale.t("Lo que se queda", "What stays")}</h2>
            <ul class="bullets">
                <li>{invoices}</li>
                <li>{locale.t("Pagos y apuntes contables, sin tu nombre: solo números y códigos.", "Payments and ledger entries, without your name: numbers and codes only.")}</li>
                <li>{locale.t("El expediente sellado, las entregas y los consentimientos, sin tu nombre: prueban lo que pasó si alguien lo discute (RGPD, art. 17.3).", "The sealed story, deliveries and consents, without your name: they prove what happened should somebody dispute it (GDPR art. 17(3)).")}</li>
            </ul>
        </section>
    }
    .into_any()
}

fn in_the_way(locale: Locale, open: &[Open]) -> AnyView {
    let lines = open
        .iter()
        .map(|open| {
            let (href, name) = (open.href.clone(), open.name.get(locale).to_owned());
            let name = (!name.is_empty()).then(|| format!(": {name}"));
            view! { <li><a href=href>{obstacle(open.what, locale)}{name}</a></li> }
        })
        .collect_view();
    view! {
        <section class="section" aria-labelledby="pendiente">
            <Notice tone=Tone::Waiting title=locale.t("Todavía no se puede borrar", "It can't be erased yet")>
                {locale.t("Para que no pierdas nada sin saberlo, antes hay que resolver esto.", "So that you lose nothing without knowing, this has to be settled first.")}
            </Notice>
            <h2 id="pendiente">{locale.t("Qué falta", "What is open")}</h2>
            <ul>{lines}</ul>
        </section>
    }
    .into_any()
}

/// What stands in the way, and what to do about it.
pub(super) fn obstacle(what: Obstacle, locale: Locale) -> &'static str {
    match what {
        Obstacle::OpenPurchase => {
            locale.t("Un servicio en camino: cancélalo o espera", "A service on its way: cancel it or wait")
        }
        Obstacle::Subscription => locale.t("Una suscripción activa: cancélala", "An active subscription: cancel it"),
        Obstacle::Debt => locale.t("Una deuda: págala", "A debt: pay it"),
        Obstacle::UnpaidInvoice => locale.t("Una factura sin cobrar todavía", "An invoice that is not paid yet"),
        Obstacle::CarOnOrder => locale.t("Un coche pedido o por entregar", "A car on order or to be handed over"),
        Obstacle::MoneyUnderWay => locale.t(
            "Dinero que tu banco está moviendo: espera a que termine",
            "Money that your bank is moving: wait until it is done",
        ),
    }
}

fn form(web: &WebContext, user: &CurrentUser) -> AnyView {
    let locale = web.locale;
    let form = web.form(FORM);
    let word = locale.t(WORDS.0, WORDS.1);
    let label = match locale {
        Locale::Es => format!("Escribe {word} para confirmar"),
        Locale::En => format!("Type {word} to confirm"),
    };
    let all = form.error(locale, "");
    let all = (!all.is_empty()).then(|| view! { <Notice tone=Tone::Problem>{all}</Notice> });
    view! {
        <section class="card stack" id="borrar" aria-labelledby="borrar-titulo">
            <h2 id="borrar-titulo">{locale.t("Borrar mi cuenta", "Erase my account")}</h2>
            <p>{locale.t(
                "Se borra dentro de 7 días. Hasta entonces puedes entrar y cambiar de idea; después no hay vuelta atrás.",
                "It is erased in 7 days. Until then you can sign in and change your mind; after that there is no way back.",
            )}</p>
            {all}
            <form class="form" method="post" action="/api/cuenta/borrar">
                <input type="hidden" name="username" autocomplete="username" value=user.email.clone()/>
                <Field label=locale.t("Tu contraseña", "Your password") name="current_password" kind="password"
                    error=form.error(locale, "current_password") autocomplete="current-password" required=true/>
                <Field label=label name="word" value=form.value("word") error=form.error(locale, "word") autocomplete="off"
                    required=true maxlength=20/>
                <div class="form__actions"><Button kind=ButtonKind::Danger>{locale.t("Borrar mi cuenta", "Erase my account")}</Button></div>
            </form>
        </section>
    }
    .into_any()
}

fn waiting(web: &WebContext, day: &str) -> AnyView {
    let locale = web.locale;
    let title = match locale {
        Locale::Es => format!("Tu cuenta se borra el {day}"),
        Locale::En => format!("Your account will be erased on {day}"),
    };
    view! {
        <Notice tone=Tone::Waiting title=title>
            {locale.t("Hasta entonces todo sigue igual y puedes quedarte.", "Until then all stays as it is and you can stay.")}
        </Notice>
        <form class="form" method="post" action="/api/cuenta/conservar">
            <div class="form__actions"><Button kind=ButtonKind::Primary>{locale.t("Conservar mi cuenta", "Keep my account")}</Button></div>
        </form>
    }
    .into_any()
}

/// Plans the erasure, with the password once more.
#[server(endpoint = "cuenta/borrar")]
pub async fn erase_account(
    #[server(default)] current_password: String,
    #[server(default)] word: String,
) -> Result<(), ServerFnError> {
    submit(async move |web| {
        let user = customer(&web)?.id;
        let back = format!("{HERE}#borrar");
        let form = FormState::new(FORM).with("word", &word);
        let typed = word.trim().to_uppercase();
        if typed != WORDS.0 && typed != WORDS.1 {
            return Ok(Goto::back(back, form.wrong("word", FieldError::Mismatch)));
        }
        match accounts::confirm_password(&web.caas, user, &current_password).await {
            Ok(()) => {}
            Err(AccountError::Invalid(_)) => {
                return Ok(Goto::back(back, form.wrong("current_password", FieldError::PasswordWrong)));
            }
            Err(AccountError::TooManyAttempts { .. }) => {
                return Ok(Goto::back(back, form.wrong("", FieldError::TooManyTries)));
            }
            Err(error) => return Err(Refusal::from(error)),
        }
        Ok(match erasure::plan(&web.caas, user).await? {
            Planned::Yes => Goto::to(HERE).toast(Message::ErasurePlanned),
            // Something began since the page was shown: the page says what.
            Planned::InTheWay(_) => Goto::to(HERE),
        })
    })
    .await
}

/// Takes the wish back.
#[server(endpoint = "cuenta/conservar")]
pub async fn keep_account() -> Result<(), ServerFnError> {
    submit(async move |web| {
        let user = customer(&web)?.id;
        let kept = erasure::take_back(&web.caas, user).await?;
        Ok(if kept { Goto::to(HERE).toast(Message::AccountKept) } else { Goto::to(HERE) })
    })
    .await
}
