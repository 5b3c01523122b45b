//! `/cuenta/metodos-de-pago/vuelta`: the customer comes back from the bank's page.

use super::list::not_yet;
use super::patience::briefly;
use crate::pages::expediente::payment_href;
use crate::ui::PageHeader;
use crate::web::{Goto, Message, Page, PageResult, Refusal, Role, Section, WebContext};
use caas::kernel::ids::UserId;
use caas::payments::methods::{self, SetupResult};
use caas::payments::repository::{self as payments, Payment};
use caas::purchases::service::continue_after_authentication;
use leptos::prelude::*;

/// How often the bank is asked again.
const REFRESH_SECONDS: u32 = 4;
/// How many of a customer's latest payments may wait for a confirmation.
const LATEST: i64 = 50;

pub(super) async fn way_back(web: WebContext) -> PageResult {
    let customer = web.require_role(&[Role::Customer])?.id;
    if let Some(payment) = web.query("payment") {
        return Err(after_confirmation(&web, customer, &payment).await?.into());
    }
    let session = web.query("session").filter(|session| !session.is_empty()).ok_or(Refusal::NotFound)?;
    let caas = web.caas.clone();
    let result = briefly(async move { methods::complete_setup(&caas, customer, &session).await }).await?;
    match result {
        Some(SetupResult::Added(path)) => Err(Goto::to(path).toast(Message::MethodAdded).into()),
        Some(SetupResult::Abandoned(path)) => Err(Goto::to(path).toast(Message::MethodNotAdded).into()),
        Some(SetupResult::Unknown) => Err(Refusal::Hidden("setup_session")),
        Some(SetupResult::Waiting(_)) | None => Ok(waiting(&web)),
    }
}

/// The bank's confirmation page uses the same way back: the order goes on by itself.
async fn after_confirmation(web: &WebContext, customer: UserId, payment: &str) -> Result<Goto, Refusal> {
    let Some(payment) = waiting_for(web, customer, payment).await? else {
        return Ok(Goto::to("/expediente"));
    };
    let asked = match payment.activation {
        Some(activation) => continue_after_authentication(&web.caas, customer, activation).await?,
        None if payment.is_for_invoices() => {
            caas::subscriptions::dunning::continue_after_authentication(&web.caas, customer, payment.id).await?
        }
        None => caas::sales::payment::continue_after_authentication(&web.caas, customer, payment.id).await?,
    };
    let message = if asked { Message::BankAskedAgain } else { Message::NothingToConfirm };
    Ok(Goto::to(payment_href(&payment)).toast(message))
}

/// The customer's payment whose confirmation page is this one.
async fn waiting_for(web: &WebContext, customer: UserId, payment: &str) -> Result<Option<Payment>, Refusal> {
    let own = payments::of_customer(&mut web.caas.db.read().await?, customer, None, LATEST).await?;
    let is_it = |url: &str| !payment.is_empty() && url.rsplit('/').next() == Some(payment);
    Ok(own.into_iter().find(|own| own.authentication_url.as_deref().is_some_and(is_it)))
}

fn waiting(web: &WebContext) -> Page {
    let title = web.t("Métodos de pago", "Payment methods").to_owned();
    let body = view! {
        <div class="stack stack--l">
            <PageHeader title=title.clone()/>
            {not_yet(web.locale, &web.here())}
        </div>
    };
    Page::new(title, body).class("page page--narrow").section(Section::Account).refresh(REFRESH_SECONDS)
}
