//! The frame around every page: document head, header, messages, footer, and the loader of the islands.

use crate::islands::Bell;
use crate::ui::{EmptyState, Icon, IconName, LinkButton, Toast};
use crate::web::{Page, Refusal, Role, SCRIPT_COOKIE, Section, Theme, WebContext};
use axum::http::StatusCode;
use caas::kernel::locale::Locale;
use leptos::prelude::*;
use std::fmt::Write as _;

/// What stands in `<head>`, apart from what is the same for all.
pub(crate) struct Head {
    title: String,
    description: String,
    /// Absolute, without the language.
    public_url: Option<String>,
}

impl Head {
    pub(crate) fn of(web: &WebContext, page: &Page) -> Head {
        let description = if page.description.is_empty() {
            web.t(
                "Activa en tu coche las funciones que ya lleva dentro, y paga solo cuando el coche lo confirma.",
                "Switch on what your car already carries, and pay only when the car has confirmed it.",
            )
            .to_owned()
        } else {
            page.description.clone()
        };
        let public_url = page.public_path.as_deref().map(|path| web.absolute(path));
        Head { title: page.title.clone(), description, public_url }
    }
}

/// The document around a rendered body. Written as text: nothing in it ever changes in the browser.
pub(crate) fn document(web: &WebContext, head: &Head, body: &str, island_data: Option<&str>) -> String {
    let assets = &web.site.assets;
    let mut html = String::with_capacity(body.len() + 2048);
    let _ = write!(html, "<!DOCTYPE html><html lang=\"{}\"", web.locale);
    if web.theme != Theme::Auto {
        let _ = write!(html, " data-theme=\"{}\"", web.theme);
    }
    html.push_str("><head><meta charset=\"utf-8\"><title>");
    escape(&mut html, &head.title);
    html.push_str(" · CaaS</title><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">");
    html.push_str("<meta name=\"description\" content=\"");
    escape(&mut html, &head.description);
    html.push_str("\"><meta name=\"color-scheme\" content=\"");
    html.push_str(match web.theme {
        Theme::Auto => "light dark",
        Theme::Light => "light",
        Theme::Dark => "dark",
    });
    html.push_str("\">");
    if let Some(url) = &head.public_url {
        link_languages(&mut html, url, web.locale);
    }
    let _ = write!(
        html,
        "<link rel=\"preload\" href=\"/fonts/geist-latin.woff2\" as=\"font\" type=\"font/woff2\" crossorigin>\
         <link rel=\"stylesheet\" href=\"{}\">\
         <link rel=\"icon\" href=\"/favicon.svg\" type=\"image/svg+xml\">\
         <link rel=\"apple-touch-icon\" href=\"/apple-touch-icon.png\">\
         <link rel=\"manifest\" href=\"/manifest.webmanifest\">",
        assets.css
    );
    if island_data.is_some() {
        let _ = write!(
            html,
            "<link rel=\"modulepreload\" href=\"{}\">\
             <link rel=\"preload\" href=\"{}\" as=\"fetch\" type=\"application/wasm\" crossorigin>",
            assets.js, assets.wasm
        );
    }
    html.push_str("</head><body>");
    html.push_str(body);
    if let Some(data) = island_data {
        let _ = write!(
            html,
            "<script nonce=\"{nonce}\">{data}</script><script type=\"module\" nonce=\"{nonce}\">{LOADER}({js:?},{wasm:?})</script>",
            nonce = web.nonce,
            js = assets.js,
            wasm = assets.wasm,
        );
    }
    // Tells the next request that scripts run here; see `SCRIPT_COOKIE`.
    let _ = write!(
        html,
        "<script nonce=\"{}\">document.cookie='{SCRIPT_COOKIE}=1; Path=/; Max-Age=31536000; Secure; SameSite=Lax'</script>",
        web.nonce
    );
    html.push_str("</body></html>");
    html
}

/// The address search engines are to know the page by, and that of the other language.
fn link_languages(html: &mut String, url: &str, locale: Locale) {
    html.push_str("<link rel=\"canonical\" href=\"");
    escape(html, url);
    let _ = write!(html, "?lang={locale}\"><link rel=\"alternate\" hreflang=\"x-default\" href=\"");
    escape(html, url);
    html.push_str("\">");
    for other in Locale::ALL {
        let _ = write!(html, "<link rel=\"alternate\" hreflang=\"{other}\" href=\"");
        escape(html, url);
        let _ = write!(html, "?lang={other}\">");
    }
}

/// Brings the islands to life, outermost first: the program exports one function for each island, by its name.
/// Children that an island was given are brought to life by it before islands inside them.
const LOADER: &str = "(async(js,wasm)=>{const mod=await import(js);await mod.default({module_or_path:wasm});mod.hydrate();\
const above=[];const wake=async node=>{const tag=node.localName;const holds=tag==='leptos-children';\
if(tag==='leptos-island'){const bring=mod[node.dataset.component];if(bring){const ready=above.at(-1);if(ready)ready();await bring(node)}}\
if(holds)above.push(node.$$on_hydrate);for(const child of [...node.children])await wake(child);if(holds)above.pop()};\
await wake(document.body);document.documentElement.dataset.islands='ready'})";

fn escape(html: &mut String, text: &str) {
    for char in text.chars() {
        match char {
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '&' => html.push_str("&amp;"),
            '"' => html.push_str("&quot;"),
            other => html.push(other),
        }
    }
}

/// Header, messages, the page and the footer.
pub(crate) fn frame(web: &WebContext, page: Page) -> impl IntoView + use<> {
    let Page { class, section, body, .. } = page;
    view! {
        <a class="skip" href="#main">{web.t("Ir al contenido", "Skip to content").to_owned()}</a>
        {sandbox_banner(web)}
        {header(web, section)}
        <main class=class id="main" tabindex="-1">
            {toasts(web)}
            {body}
        </main>
        {footer(web)}
    }
}

fn sandbox_banner(web: &WebContext) -> Option<AnyView> {
    web.site.is_sandbox.then(|| {
        let text = web
            .t("Entorno de demostración: ningún coche ni banco real.", "Demonstration: no real car and no real bank.");
        let link = web.t("Ver los sistemas simulados", "See the played systems");
        let name = web.t("Demostración", "Demonstration").to_owned();
        view! { <aside class="sandbox-banner" aria-label=name>{text.to_owned()}" "<a href="/sandbox">{link.to_owned()}</a></aside> }
            .into_any()
    })
}

fn toasts(web: &WebContext) -> Option<AnyView> {
    let messages = &web.flash.messages;
    (!messages.is_empty()).then(|| {
        let here = web.here();
        let close = web.t("Cerrar", "Close").to_owned();
        let toasts = messages
            .iter()
            .map(|message| {
                let (tone, text) = (message.tone(), message.text(web.locale));
                view! { <Toast tone=tone text=text close_href=here.clone() close_word=close.clone()/> }
            })
            .collect_view();
        view! { <div class="toasts">{toasts}</div> }.into_any()
    })
}

/// A place in the navigation.
struct Place {
    section: Section,
    href: &'static str,
    name: &'static str,
}

/// Where this person can go.
fn places(web: &WebContext) -> Vec<Place> {
    let place = |section, href, es, en| Place { section, href, name: web.locale.t(es, en) };
    let mut places = vec![place(Section::Catalogue, "/catalogo", "Catálogo", "Catalogue")];
    match web.user.as_ref().map(|user| user.role) {
        None => {}
        Some(Role::Customer) => places.push(place(Section::Expediente, "/expediente", "Expediente", "My cars")),
        Some(Role::Dealer) => places.push(place(Section::Dealership, "/concesionario", "Concesionario", "Dealership")),
        Some(Role::Support) => places.push(place(Section::Support, "/soporte", "Soporte", "Support")),
        Some(Role::Operations) => places.push(place(Section::Operations, "/operaciones", "Operaciones", "Operations")),
        Some(Role::Administrator) => places.push(place(Section::Admin, "/admin", "Administración", "Administration")),
    }
    places
}

fn header(web: &WebContext, section: Option<Section>) -> impl IntoView + use<> {
    let links = |web: &WebContext| {
        places(web)
            .into_iter()
            .map(|place| {
                let current = (section == Some(place.section)).then_some("page");
                view! { <a href=place.href aria-current=current>{place.name}</a> }
            })
            .collect_view()
    };
    view! {
        <header class="site-header">
            <div class="site-header__row">
                <a class="logo" href="/"><Icon name=IconName::Car/>"CaaS"</a>
                <nav class="site-nav" aria-label=web.t("Principal", "Main").to_owned()>{links(web)}</nav>
                <div class="site-tools">
                    {bell(web)}
                    {account_menu(web)}
                    <details class="menu menu--nav">
                        <summary class="btn-icon" aria-label=web.t("Menú", "Menu").to_owned()><Icon name=IconName::Menu/></summary>
                        <div class="menu__panel">{links(web)}</div>
                    </details>
                </div>
            </div>
        </header>
    }
}

fn bell(web: &WebContext) -> Option<AnyView> {
    web.user.as_ref().map(|user| {
        let topic = format!("bell:{}", user.id);
        let (name, new_word) = (web.t("Avisos", "Notices").to_owned(), web.t("sin leer", "unread").to_owned());
        view! { <Bell topic=topic name=name new_word=new_word unread=web.unread/> }.into_any()
    })
}

fn account_menu(web: &WebContext) -> AnyView {
    let Some(user) = &web.user else {
        let name = web.t("Entrar", "Sign in");
        return view! { <LinkButton href="/entrar">{name.to_owned()}</LinkButton> }.into_any();
    };
    let help = (user.role == Role::Customer)
        .then(|| view! { <a href="/cuenta/ayuda">{web.t("Ayuda", "Help").to_owned()}</a> });
    view! {
        <details class="menu">
            <summary class="btn-icon" aria-label=web.t("Tu cuenta", "Your account").to_owned()><Icon name=IconName::User/></summary>
            <div class="menu__panel">
                <p class="menu__who">{user.name.clone()}</p>
                <a href="/cuenta">{web.t("Cuenta", "Account").to_owned()}</a>
                {help}
                <form method="post" action="/api/salir"><button>{web.t("Salir", "Sign out").to_owned()}</button></form>
            </div>
        </details>
    }
    .into_any()
}

fn footer(web: &WebContext) -> impl IntoView + use<> {
    let here = web.here();
    let (other, other_name) = match web.locale {
        Locale::Es => ("en", "English"),
        Locale::En => ("es", "Español"),
    };
    let themes = [
        (Theme::Auto, web.t("Automático", "Automatic")),
        (Theme::Light, web.t("Claro", "Light")),
        (Theme::Dark, web.t("Oscuro", "Dark")),
    ]
    .map(|(theme, name)| {
        let pressed = (theme == web.theme).to_string();
        view! { <button name="theme" value=theme.as_str() aria-pressed=pressed>{name.to_owned()}</button> }
    })
    .collect_view();
    view! {
        <footer class="site-footer">
            <div class="site-footer__row">
                <p class="muted">"CaaS · "{web.t("El coche confirma, luego se cobra.", "The car confirms, then you pay.").to_owned()}</p>
                <form class="cluster" method="post" action="/api/preferencias/idioma">
                    <input type="hidden" name="back" value=here.clone()/>
                    <button class="btn btn--quiet" name="lang" value=other lang=other>{other_name}</button>
                </form>
                <form class="cluster" method="post" action="/api/preferencias/tema" aria-label=web.t("Colores", "Colours").to_owned()>
                    <input type="hidden" name="back" value=here/>
                    {themes}
                </form>
            </div>
        </footer>
    }
}

/// The page that says why there is no page.
pub(crate) fn refusal_page(web: &WebContext, refusal: &Refusal) -> Page {
    let status = refusal.status();
    let (title, text) = if status == StatusCode::CONFLICT {
        (
            web.t("Alguien ha sido más rápido", "Somebody was quicker"),
            web.t(
                "Esto ha cambiado entretanto y no se ha hecho nada. Vuelve a la página anterior y recárgala: verás cómo está ahora.",
                "This has changed meanwhile and nothing was done. Go back to the page before and reload it: you will see how it stands now.",
            ),
        )
    } else if status.is_server_error() {
        (
            web.t("Algo ha fallado por nuestra parte", "Something failed on our side"),
            web.t(
                "Ya lo sabemos. No se te ha cobrado nada por esto. Vuelve a intentarlo en un momento.",
                "We know about it. You have not been charged for this. Try again in a moment.",
            ),
        )
    } else {
        (
            web.t("Aquí no hay nada", "There is nothing here"),
            web.t(
                "La página no existe, o no es para esta cuenta. Comprueba la dirección o empieza desde el catálogo.",
                "The page does not exist, or is not for this account. Check the address or start from the catalogue.",
            ),
        )
    };
    let action = web.t("Ir al catálogo", "Go to the catalogue").to_owned();
    let body = view! {
        <EmptyState title=title whole_page=true action=view! { <LinkButton href="/catalogo">{action}</LinkButton> }.into_any()>
            <p>{text.to_owned()}</p>
        </EmptyState>
    };
    Page::new(title, body).class("page page--narrow").status(status)
}
