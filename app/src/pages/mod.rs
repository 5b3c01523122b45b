//! Every address and the page that stands there. One room, one line.

mod account;
pub(crate) mod activation;
mod analysis;
mod audit;
pub mod catalogue;
pub mod dealer;
mod expediente;
mod finance;
pub mod help;
mod home;
pub mod maintenance;
mod messages;
pub(crate) mod notifications;
pub mod order;
mod payment_methods;
mod plans;
mod price;
mod purchase;
mod rights;
mod sale;
mod staff;
mod style_guide;
mod subscriptions;
pub(crate) mod support;
mod withdrawal;

use crate::web::{Route, get};

/// All pages.
pub fn routes() -> Vec<Route> {
    let mut routes = vec![get("/", home::home_page)];
    routes.extend(account::routes());
    routes.extend(activation::routes());
    routes.extend(analysis::routes());
    routes.extend(audit::routes());
    routes.extend(catalogue::routes());
    routes.extend(dealer::routes());
    routes.extend(payment_methods::routes());
    routes.extend(purchase::routes());
    routes.extend(expediente::routes());
    routes.extend(order::routes());
    routes.extend(help::routes());
    routes.extend(maintenance::routes());
    routes.extend(messages::routes());
    routes.extend(notifications::routes());
    routes.extend(plans::routes());
    routes.extend(rights::routes());
    routes.extend(sale::routes());
    routes.extend(staff::routes());
    routes.extend(subscriptions::routes());
    routes.extend(finance::routes());
    routes.extend(support::routes());
    routes.extend(withdrawal::routes());
    routes.extend(style_guide::routes());
    routes
}
