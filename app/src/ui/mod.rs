//! What pages are built of: presentational components and, from `style/`, the class names they may use.
//!
//! Nothing in here decides anything. Every prop is text that is ready to be read (translated, money and
//! times formatted). **An empty string means "absent"** for each optional text, so an
//! `Option<String>` is passed as `error=error.unwrap_or_default()`. Slots (`actions`, `action`, `status`) take a view:
//! `action=view! { <LinkButton href="/soporte">"Escribir a soporte"</LinkButton> }.into_any()`.
//!
//! # Components
//!
//! | for | component |
//! |---|---|
//! | top of a page | [`PageHeader`] with [`Crumb`]s |
//! | icon | [`Icon`], [`IconName`], [`IconName::of_category`] |
//! | state in a word | [`StatusPill`] with [`Status`] |
//! | something to know | [`Notice`] with [`Tone`]; after a redirect [`Toast`]; nothing there [`EmptyState`] |
//! | a vehicle | [`CarCard`] (list: `.cars`), [`CarDrawing`] |
//! | a service | [`ServiceCard`] (in `<ul class="services">`), [`OfferRow`] (in `<ul class="offers">`) |
//! | money | [`PriceBlock`] |
//! | activation | [`ActivationTimeline`] of [`TimelineEntry`] and [`NextAttempt`]; [`Verdict`] above it |
//! | forms | [`Field`], [`TextArea`] (never write `<textarea>` yourself), [`SelectField`], [`CheckField`], [`ChoiceCard`] (in `<fieldset class="choices">`), [`Button`], [`LinkButton`] |
//! | what can't be undone | [`ConfirmBox`] (no JavaScript needed), [`Dialog`] |
//! | the way of an order | [`Stepper`] |
//! | lists | [`DataTable`], [`FilterBar`] with [`Chip`]s, [`Pager`], [`KeyValueList`] |
//! | measures | [`MeterBar`]; loading: [`Skeleton`] |
//!
//! # Layout by class name
//!
//! Every page: `<body>` holds `a.skip` (to `#main`), `header.site-header`, `main.page#main`, `footer.site-footer`.
//!
//! ```html
//! <header class="site-header"><div class="site-header__row">
//!   <a class="logo" href="/"><svg class="logo__mark icon">…#car…</svg>CaaS</a>
//!   <nav class="site-nav" aria-label="Principal"><a href="/catalogo" aria-current="page">Catálogo</a>…</nav>
//!   <form class="site-search" role="search" action="/buscar"><input class="input" type="search" name="q" aria-label="Buscar"></form>
//!   <div class="site-tools">
//!     <a class="btn-icon bell" href="/avisos" aria-label="Avisos, 2 nuevos"><svg class="icon">…#bell…</svg><span class="bell__count">2</span></a>
//!     <details class="menu"><summary class="btn-icon" aria-label="Tu cuenta"><svg class="icon">…#user…</svg></summary>
//!       <div class="menu__panel"><p class="menu__who">Ana</p><a href="/cuenta">Cuenta</a><form …><button>Salir</button></form></div></details>
//!     <details class="menu menu--nav">… the same links for phones, where `.site-nav` is hidden …</details>
//!   </div></div></header>
//! ```
//!
//! | page | classes |
//! |---|---|
//! | any | `.page` (centred, 72rem), `.page--narrow` (40rem), `.page--wide` (full desk); `.stack`, `.stack--s`, `.stack--l` (vertical rhythm), `.cluster` (row that wraps), `.split` (two ends), `.grid` (as many columns of 16rem as fit), `.card` (surface), `.section` with an `h2` |
//! | two columns | `.columns` (main, then aside 20rem; one column where narrow), `.columns--equal`, `.columns--table` (a chart, then its table) |
//! | catalogue | `.with-filters` > `aside.filters` + `div`; groups are `section.service-group` > `h2` + `ul.services`; `.filters` holds `details` > `summary.btn.btn--secondary` + `form` of `fieldset`s: folded on a phone, open beside a wide list |
//! | service | `.hero` > text + drawing or price; `ul.offers`; `.what-happens` (numbered `<ol>`) |
//! | purchase | `.purchase` > `form.purchase__steps` of `section.purchase__step` + `aside.summary`; total line is `.summary__total` |
//! | activation | `.activation` > `Verdict` + `ActivationTimeline`, `aside` |
//! | expediente | `.expediente` > `.expediente__car` (drawing + facts), `.needs` (list of [`Notice`]), `.story` (`ol.story` > `li` > `time` + `p` + details) |
//! | sign-in and other forms on their own | `main.page.auth` > `.auth__box` > `form.form` |
//! | forms | `.form` (fields under each other), `.form__row` (side by side where wide), `.form__actions` |
//! | dashboards | `.dashboard` > `.tile` (`.tile__label`, `.tile__value`, `.tile__promise`), `.tile.tone-problem` is marked; dense tables: put `.dense` on a parent |
//! | three panes (support) | `.panes` > `.pane` × 3 |
//! | sandbox | `.sandbox` > `.sandbox__world` + `.sandbox__log`; a banner is `.sandbox-banner` above the header |
//!
//! Words: `.muted`, `.small`, `.num` (tabular, right), `.code` (VIN, plates, ids), `.money`, `.lead`, `.sr-only`, `.nowrap`.
//! Colours are never named in a page: `.tone-neutral`, `.tone-info`, `.tone-done`, `.tone-waiting`, `.tone-problem`.
//! Dark and light follow the system; `<html data-theme="dark">` or `"light"` fixes one.
//!
//! # Example
//!
//! ```text
//! view! {
//!     <PageHeader title="Luz de carretera adaptativa" lead="Ve más lejos sin deslumbrar."
//!         crumbs=vec![Crumb::new("/catalogo", "Catálogo")]/>
//!     <Notice tone=Tone::Done title="Tu coche lo ha confirmado">"Se han cobrado 29,90 €."</Notice>
//!     <form class="form" method="post" action="/…">
//!         <Field label="Correo" name="email" kind="email" autocomplete="email" value=typed error=problem.unwrap_or_default()/>
//!         <div class="form__actions"><Button kind=ButtonKind::Primary>"Continuar"</Button></div>
//!     </form>
//! }
//! ```

mod activation;
mod bar_chart;
mod button;
mod car_card;
mod car_drawing;
mod check_field;
#[cfg(test)]
mod contrast;
mod data_table;
mod dialog;
mod empty_state;
mod field;
mod filter_bar;
mod icon;
mod key_value_list;
mod meter_bar;
mod notice;
mod offer_row;
mod page_header;
mod pager;
mod price_block;
mod select_field;
mod service_card;
mod skeleton;
mod status_pill;
mod stepper;
mod text;
mod text_area;
mod toast;
mod tone;

pub use activation::{ActivationTimeline, NextAttempt, TimelineEntry, Verdict};
pub use bar_chart::{Bar, BarChart};
pub use button::{Button, ButtonKind, LinkButton};
pub use car_card::CarCard;
pub use car_drawing::{CarColour, CarDrawing, CarModel};
pub use check_field::{CheckField, ChoiceCard};
pub use data_table::DataTable;
pub use dialog::{ConfirmBox, Dialog};
pub use empty_state::EmptyState;
pub use field::Field;
pub use filter_bar::{Chip, FilterBar};
pub use icon::{Icon, IconName};
pub use key_value_list::{Fact, KeyValueList};
pub use meter_bar::MeterBar;
pub use notice::Notice;
pub use offer_row::OfferRow;
pub use page_header::{Crumb, PageHeader};
pub use pager::Pager;
pub use price_block::PriceBlock;
pub use select_field::{Choice, SelectField};
pub use service_card::ServiceCard;
pub use skeleton::Skeleton;
pub use status_pill::{Status, StatusPill};
pub use stepper::{Step, StepState, Stepper};
pub use text_area::TextArea;
pub use toast::Toast;
pub use tone::Tone;
