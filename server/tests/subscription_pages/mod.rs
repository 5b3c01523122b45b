//! The pages of subscriptions, invoices and debts, over HTTP and without JavaScript: as their customer, as finance, and that
//! for others they do not exist.

mod changes;
mod debts;
mod finance;
mod following;
mod paying;
mod walls;

use crate::subscriptions::scene::{FIRST_END, Subscribed};
use crate::support::{Answer, Engine};
use caas::kernel::locale::Locale;
use caas::kernel::money::Money;
use caas::payments::methods;
use caas_sandbox::TestCard;

/// As long as a form's key is.
const KEY: &str = "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopq";

/// A customer with a running subscription, signed in.
async fn signed_in(engine: Engine) -> Subscribed {
    let mut scene = Subscribed::new(engine).await;
    scene.app.sign_in("customer").await;
    scene
}

/// The same, with a first period that could not be charged.
async fn past_due(engine: Engine) -> Subscribed {
    let mut scene = Subscribed::new(engine).await;
    scene.pays_with(TestCard::InsufficientFunds).await;
    scene.at(FIRST_END).await;
    assert_eq!(scene.status().await, "PAST_DUE");
    // The next try is a later one.
    scene.seconds(1).await;
    // Sessions end in a month.
    scene.app.sign_in("customer").await;
    scene
}

/// The same, after the last try.
async fn in_debt(engine: Engine) -> Subscribed {
    let mut scene = Subscribed::new(engine).await;
    scene.pays_with(TestCard::InsufficientFunds).await;
    scene.at(FIRST_END).await;
    scene.live(chrono::TimeDelta::days(7)).await;
    assert_eq!(scene.status().await, "CANCELLED");
    scene.app.sign_in("customer").await;
    scene
}

fn euros(money: Money) -> String {
    money.display(Locale::Es)
}

impl Subscribed {
    fn path(&self) -> String {
        format!("/expediente/suscripciones/{}", self.id)
    }

    /// The page of the subscription.
    async fn page(&mut self) -> Answer {
        let path = self.path();
        self.app.get(&path).await.expect(200)
    }

    /// A way to pay by its last digits.
    async fn method(&self, last4: &str) -> String {
        let all = methods::list(&mut self.read().await, self.customer).await.unwrap();
        all.iter().find(|method| method.last4.as_deref() == Some(last4)).expect("there is such a card").id.to_string()
    }
}

#[track_caller]
fn says_not(page: &Answer, text: &str) {
    assert!(!page.body.contains(text), "the page says `{text}`:\n{}", page.body);
}
