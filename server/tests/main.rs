//! All tests of the assembled server, in one program: linking it is most of what a build of the tests costs.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod accounts;
mod adapters;
mod backup;
mod car_customer;
mod car_desk;
mod car_factory;
mod car_papers;
mod car_payments;
mod car_sale;
mod catalogue;
mod command_line;
mod crash;
mod events;
mod expediente_pages;
mod finance;
mod growth;
mod http;
mod kept_pages;
mod maintenance_pages;
mod notifications;
mod processes;
mod proof;
mod purchase_pages;
mod rights;
mod sandbox_page;
mod sessions;
mod subscription_pages;
mod subscriptions;
mod support;
mod support_desk;
mod support_pages;
mod systems_down;
mod use_cases;
mod watching;
mod webhooks;
mod withdrawal;
