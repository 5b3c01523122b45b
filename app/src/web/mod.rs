//! What a page or a server function may know of the request, and how it answers.
//!
//! ```text
//! // A page: an async function, listed in `pages/<room>/mod.rs` with `get("/catalogo/{slug}", service_page)`.
//! pub async fn service_page(web: WebContext) -> PageResult {
//!     let user = web.require_user()?;                       // else: to /entrar?siguiente=…
//!     let slug = web.param("slug");
//!     let service = catalogue::service(&web.caas, slug).await?.ok_or(Refusal::NotFound)?;
//!     let form = web.form("buy");                           // errors and typed input of the last try
//!     Ok(Page::new(service.name, view! { … value=form.value("email") error=form.error(web.locale, "email") … }))
//! }
//!
//! // What a form posts to (`<form method="post" action="/api/entrar">`): always ends in a `Goto`.
//! #[server(endpoint = "entrar")]
//! pub async fn sign_in(email: String, password: String) -> Result<(), ServerFnError> {
//!     submit(async move |web| {
//!         let Some(user) = accounts::authenticate(&web.caas, &email, &password).await? else {
//!             return Ok(Goto::back("/entrar", FormState::new("sign-in").with("email", &email).wrong("", FieldError::WrongCredentials)));
//!         };
//!         web.sign_in(user.id).await?;
//!         Ok(Goto::to("/expediente").toast(Message::SignedIn))
//!     }).await
//! }
//!
//! // What an island calls: returns data.
//! #[server(endpoint = "activation/timeline")]
//! pub async fn timeline(id: String) -> Result<Timeline, ServerFnError> {
//!     answer(async move |web| { let user = web.require_user()?; … Ok(timeline) }).await
//! }
//! ```

mod context;
mod csv;
pub mod dates;
mod flash;
mod goto;
mod kept;
mod messages;
mod page;
mod preferences;
mod refusal;
mod render;
mod route;
mod session;
mod site;
mod topics;
mod user;

pub use caas::accounts::Role;
pub use context::{DEVICE_COOKIE, Reply, RequestFacts, SCRIPT_COOKIE, SESSION_COOKIE, WebContext, web};
pub use csv::{Csv, Rows, csv_file};
pub use flash::{FLASH_COOKIE, Flash, FormState, LONGEST_TEXT};
pub use goto::{Goto, answer, local_path, submit, upload};
pub use messages::{FieldError, Message};
pub use page::{Download, Page, PageResult, Section};
pub use preferences::{LANGUAGE_COOKIE, SetLanguage, SetTheme, THEME_COOKIE, Theme, set_language, set_theme};
pub use refusal::Refusal;
pub use render::{render, render_refusal};
pub use route::{Route, get};
pub use session::{SessionError, SessionFuture, Sessions};
pub use site::{Assets, Site};
pub use topics::may_watch;
pub use user::{CurrentUser, current_user};
