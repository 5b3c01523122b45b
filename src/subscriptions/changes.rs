//! What customers change about their subscriptions.

use super::billing::bill_first;
use super::end::{cost_of_ending_now, end_now};
use super::model::{ChangeRefusal, EndReason, SubscriptionEvent, SubscriptionId, SubscriptionStatus};
use super::repository::{self as store, Subscription};
use super::told;
use crate::Caas;
use crate::catalogue::{Market, OfferKind, ServiceStatus, repository as catalogue};
use crate::expediente::model::{Actor, EntryKind};
use crate::kernel::database::Tx;
use crate::kernel::error::Result;
use crate::kernel::ids::{OfferId, UserId};
use crate::kernel::money::Money;

type Changed = Result<std::result::Result<(), ChangeRefusal>>;

/// A customer's subscription, locked and billed as far as its periods are over; refused when it is none of theirs or has
/// ended.
async fn running(
    caas: &Caas,
    tx: &mut Tx,
    customer: UserId,
    id: SubscriptionId,
) -> Result<std::result::Result<Subscription, ChangeRefusal>> {
    if store::of_customer(tx, customer, id).await?.is_none() {
        return Ok(Err(ChangeRefusal::NotFound));
    }
    let mut s = store::lock(tx, id).await?;
    bill_first(caas, tx, &mut s).await?;
    Ok(if s.status == SubscriptionStatus::Cancelled { Err(ChangeRefusal::Ended) } else { Ok(s) })
}

/// Ends it with the period: it runs on until then, the period is billed in full, then the service is switched off.
pub async fn cancel_at_period_end(caas: &Caas, customer: UserId, id: SubscriptionId) -> Changed {
    wish(caas, customer, id, true).await
}

/// Takes the wish to end back, as long as the period runs.
pub async fn reactivate(caas: &Caas, customer: UserId, id: SubscriptionId) -> Changed {
    wish(caas, customer, id, false).await
}

async fn wish(caas: &Caas, customer: UserId, id: SubscriptionId, end: bool) -> Changed {
    let mut tx = caas.db.begin().await?;
    let mut s = match running(caas, &mut tx, customer, id).await? {
        Ok(s) => s,
        Err(refusal) => return refused(tx, refusal).await,
    };
    if s.cancel_at_period_end == end {
        return refused(tx, ChangeRefusal::AlreadySo).await;
    }
    s.cancel_at_period_end = end;
    let (event, change) = if end {
        (SubscriptionEvent::EndWished, "END_WISHED")
    } else {
        (SubscriptionEvent::Reactivated, "REACTIVATED")
    };
    let data = serde_json::json!({ "change": change, "end": s.next_billing_at });
    store::apply(caas, &mut tx, &mut s, event, Actor::customer(customer), data).await?;
    if end {
        told::ends_with_the_period(caas, &mut tx, &s).await?;
    }
    tx.commit().await?;
    Ok(Ok(()))
}

/// Ends it now: the days used are billed, rounded down, and the service is switched off. `shown` is the amount the customer
/// agreed to (see [`cost_of_ending_now`]): at midnight it changes.
pub async fn cancel_now(caas: &Caas, customer: UserId, id: SubscriptionId, shown: Money) -> Changed {
    let mut tx = caas.db.begin().await?;
    let mut s = match running(caas, &mut tx, customer, id).await? {
        Ok(s) => s,
        Err(refusal) => return refused(tx, refusal).await,
    };
    if cost_of_ending_now(&s, caas.now()).amount != shown {
        return refused(tx, ChangeRefusal::PriceChanged).await;
    }
    end_now(caas, &mut tx, &mut s, EndReason::AtOnce, Actor::customer(customer)).await?;
    told::ended_at_once(caas, &mut tx, &s, shown).await?;
    tx.commit().await?;
    Ok(Ok(()))
}

/// Another offer from the next period on: also how the agreed price is exchanged for today's. `shown` is the price the
/// customer agreed to.
pub async fn change_offer(caas: &Caas, customer: UserId, id: SubscriptionId, offer: OfferId, shown: Money) -> Changed {
    let mut tx = caas.db.begin().await?;
    let mut s = match running(caas, &mut tx, customer, id).await? {
        Ok(s) => s,
        Err(refusal) => return refused(tx, refusal).await,
    };
    let found = catalogue::offer(&mut tx, offer).await?;
    let sold = found.filter(|(service, offer)| {
        service.id == s.service_id && service.status == ServiceStatus::Active && offer.kind == OfferKind::Subscription
    });
    let price = Market::of_country(&s.country).and_then(|market| sold.as_ref().and_then(|(_, o)| o.price(market)));
    let Some(price) = price.filter(|price| price.amount.currency == s.currency) else {
        return refused(tx, ChangeRefusal::OfferNotSold).await;
    };
    if price.amount != shown {
        return refused(tx, ChangeRefusal::PriceChanged).await;
    }
    let known = match s.next_offer_id {
        Some(next) => next == offer && s.next_price() == Some(shown),
        None => s.offer_id == offer && s.price() == shown,
    };
    if known {
        return refused(tx, ChangeRefusal::AlreadySo).await;
    }
    s.next_offer_id = Some(offer);
    s.next_price_cents = Some(shown.cents);
    s.next_vat_rate_basis_points = Some(price.vat_rate_basis_points);
    let data = serde_json::json!({ "change": "OFFER_CHOSEN", "price": shown, "from": s.period_end });
    note_change(caas, &mut tx, &mut s, data).await?;
    tx.commit().await?;
    Ok(Ok(()))
}

/// Keeps the offer that runs after all.
pub async fn take_back_change(caas: &Caas, customer: UserId, id: SubscriptionId) -> Changed {
    let mut tx = caas.db.begin().await?;
    let mut s = match running(caas, &mut tx, customer, id).await? {
        Ok(s) => s,
        Err(refusal) => return refused(tx, refusal).await,
    };
    if s.next_offer_id.is_none() {
        return refused(tx, ChangeRefusal::AlreadySo).await;
    }
    (s.next_offer_id, s.next_price_cents, s.next_vat_rate_basis_points) = (None, None, None);
    let data = serde_json::json!({ "change": "OFFER_KEPT", "price": s.price() });
    note_change(caas, &mut tx, &mut s, data).await?;
    tx.commit().await?;
    Ok(Ok(()))
}

/// Nothing was changed; but what was over and has been billed on the way stays billed.
async fn refused(tx: Tx, refusal: ChangeRefusal) -> Changed {
    tx.commit().await?;
    Ok(Err(refusal))
}

async fn note_change(caas: &Caas, tx: &mut Tx, s: &mut Subscription, data: serde_json::Value) -> Result<()> {
    store::save(caas, tx, s).await?;
    let (actor, step) = (Actor::customer(s.customer_id), (Some(s.status), s.status));
    store::note(caas, tx, s, EntryKind::SubscriptionChanged, actor, step, data, true).await
}
