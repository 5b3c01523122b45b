//! The declaration of withdrawal, in one transaction with everything that follows from it.

use super::model::{MoneyFate, RefundPolicy, Right, Share, Used, Via, WithdrawalRefusal, share};
use super::view::{self, Withdrawal};
use crate::Caas;
use crate::activation::deactivation::{self, Reason};
use crate::activation::model::ActivationState;
use crate::activation::repository::{self as activations, Activation};
use crate::catalogue::OfferKind;
use crate::expediente::model::{Actor, EntryKind, SubjectKind};
use crate::expediente::{Entry, record};
use crate::kernel::Timestamp;
use crate::kernel::database::{Tx, is_duplicate};
use crate::kernel::error::{Failure, Result};
use crate::kernel::ids::{ActivationId, UserId};
use crate::kernel::locale::{Bilingual, Locale};
use crate::kernel::money::Cents;
use crate::kernel::planted::{Bug, is_in};
use crate::kernel::when;
use crate::notifications::model::NoticeEvent;
use crate::notifications::{Notice, notify};
use crate::payments::refunds::WITHDRAWAL;
use crate::payments::repository::{self as payments, Payment};
use crate::payments::service::request_refund_of;
use crate::subscriptions::end::end_by_withdrawal;
use crate::vehicles;
use uuid::Uuid;

/// Who withdraws, and how.
#[derive(Debug, Clone, Copy)]
pub struct Declarant {
    /// The customer whose contract it is. By the mail's link it is whoever the contract says.
    pub customer: UserId,
    /// By what way.
    pub via: Via,
    /// In what language.
    pub locale: Locale,
}

/// The customer withdraws. Declaring it again gives the same receipt.
pub async fn withdraw(
    caas: &Caas,
    who: Declarant,
    activation: ActivationId,
) -> Result<std::result::Result<Withdrawal, WithdrawalRefusal>> {
    match try_withdraw(caas, who, activation).await {
        // Two tabs, or a tab and the mail's link, at the same moment: the other one was a blink quicker, and its receipt is
        // the answer to both.
        Err(Failure::Database(error)) if is_duplicate(&error) => try_withdraw(caas, who, activation).await,
        Err(Failure::Conflict(_)) => try_withdraw(caas, who, activation).await,
        other => other,
    }
}

async fn try_withdraw(
    caas: &Caas,
    who: Declarant,
    id: ActivationId,
) -> Result<std::result::Result<Withdrawal, WithdrawalRefusal>> {
    let now = caas.now();
    let mut tx = caas.db.begin().await?;
    let Some(mut activation) = activations::of_customer(&mut tx, who.customer, id).await? else {
        return Ok(Err(WithdrawalRefusal::NotFound));
    };
    if let Some(declared) = view::of_activation(&mut tx, id).await? {
        return Ok(Ok(declared));
    }
    let (right, zone) = view::right_of(&mut tx, &activation, now).await?;
    let window = match right {
        Right::Open(window) => window,
        Right::Over(_) => return Ok(Err(WithdrawalRefusal::TooLate)),
        Right::Performed => return Ok(Err(WithdrawalRefusal::Performed)),
        Right::NotDelivered => return Ok(Err(WithdrawalRefusal::NotDelivered)),
        Right::WithTheCar => return Ok(Err(WithdrawalRefusal::WithTheCar)),
        Right::Nothing => return Ok(Err(WithdrawalRefusal::Nothing)),
    };
    let payment = match activation.payment_id {
        Some(payment) => Some(payments::load(&mut tx, payment).await?),
        None => None,
    };
    let share = share_of(caas, &mut tx, &activation, payment.as_ref(), now).await?;
    let fate = MoneyFate::of(payment.as_ref(), activation.offer_kind);
    let refund = if activation.offer_kind == OfferKind::Subscription {
        let ended = end_by_withdrawal(caas, &mut tx, &activation, share.used_days).await?;
        ended.and_then(|ended| ended.refunded).map_or(Cents::ZERO, |refunded| refunded.cents)
    } else if fate.comes_back() {
        share.amount
    } else {
        Cents::ZERO
    };
    let vehicle = vehicles::find(&mut tx, activation.vehicle_id).await?;
    let vehicle_name = vehicle.map(|vehicle| vehicle.model_name).unwrap_or_default();
    let declared = Withdrawal {
        id: caas.new_uuid(),
        activation: id,
        customer_id: who.customer,
        via: who.via,
        declared_at: now,
        locale: who.locale,
        statement: statement(&activation, &vehicle_name, zone.name()).get(who.locale).to_owned(),
        window_ends_at: window.ends_at,
        policy: share.policy,
        used_days: share.used_days,
        money: fate,
        refund_cents: refund,
        currency: activation.currency,
        payment_id: activation.payment_id,
    };
    view::insert(&mut tx, &declared).await?;
    activations::withdrawn(&mut tx, &mut activation, declared.id).await?;
    log(caas, &mut tx, &activation, &declared).await?;
    let goes_back = fate.asks_for_refund() && share.amount > Cents::ZERO && !is_in(Bug::WithdrawnNotRefunded);
    if let Some(payment) = payment.as_ref().filter(|_| goes_back) {
        request_refund_of(caas, &mut tx, payment, share.amount, WITHDRAWAL).await?;
    }
    // A subscription that was ended before has been switched off by its own end.
    if activation.state == ActivationState::Active {
        deactivation::request(caas, &mut tx, &activation, Reason::Withdrawal, Timestamp::UNIX_EPOCH).await?;
    }
    tell(caas, &mut tx, &activation, &declared, &vehicle_name, zone.name()).await?;
    tx.announce(format!("activation:{id}"));
    metrics::counter!("caas_withdrawals_total", "via" => who.via.as_str()).increment(1);
    tx.commit().await?;
    Ok(Ok(declared))
}

/// How much of the price comes back if it is declared now.
pub(super) async fn share_of(
    caas: &Caas,
    tx: &mut Tx,
    activation: &Activation,
    payment: Option<&Payment>,
    now: Timestamp,
) -> Result<Share> {
    let policy = caas.policies.withdrawal.refund;
    let used = Used { from: activation.activated_at.unwrap_or(now), until: now };
    let asked = policy == RefundPolicy::ProRata && view::asked_to_start(tx, activation.id).await?;
    if activation.offer_kind == OfferKind::Subscription {
        // A month is billed after its end: what may be kept of it is billed, or not, by the subscription's own rules.
        let used_days = asked.then(|| used.whole_days());
        let policy = if asked { policy } else { RefundPolicy::Full };
        return Ok(Share { amount: Cents::ZERO, policy, used_days });
    }
    let price = payment.map_or(Cents::ZERO, |payment| payment.amount_cents - payment.refunded_cents);
    Ok(share(policy, price, activation.days, used, asked))
}

/// The declaration, after the model form of Directive 2011/83/EU, annex I(B).
fn statement(activation: &Activation, vehicle: &str, zone: &str) -> Bilingual {
    let text = |locale: Locale| {
        let service = activation.service_names.0.get(locale);
        let ordered = when::day(activation.created_at, zone, locale);
        let delivered = when::day(activation.activated_at.unwrap_or(activation.created_at), zone, locale);
        let price = activation.price().display(locale);
        match locale {
            Locale::Es => format!(
                "Comunico que desisto de mi contrato sobre el servicio {service} para mi {vehicle} ({price}), pedido el {ordered} y activado el {delivered}."
            ),
            Locale::En => format!(
                "I hereby give notice that I withdraw from my contract for the service {service} for my {vehicle} ({price}), ordered on {ordered} and activated on {delivered}."
            ),
        }
    };
    Bilingual { es: text(Locale::Es), en: text(Locale::En) }
}

async fn log(caas: &Caas, tx: &mut Tx, activation: &Activation, declared: &Withdrawal) -> Result<()> {
    // By the mail's link nobody is signed in: it is the customer's declaration all the same.
    let entry = Entry {
        vehicle: Some(activation.vehicle_id),
        data: serde_json::json!({
            "service": activation.service_names.0, "withdrawal": declared.id, "via": declared.via,
            "until": declared.window_ends_at, "policy": declared.policy, "usedDays": declared.used_days,
            "money": declared.money, "amount": declared.refund(),
        }),
        visible: true,
        ..Entry::new(
            Some(declared.customer_id),
            Actor::customer(declared.customer_id),
            EntryKind::WithdrawalDeclared,
            SubjectKind::Activation,
            activation.id.0,
        )
    };
    record(caas, tx, entry).await
}

/// The receipt: content, date and time (Directive 2011/83/EU, art. 11a(4)).
async fn tell(
    caas: &Caas,
    tx: &mut Tx,
    activation: &Activation,
    declared: &Withdrawal,
    vehicle: &str,
    zone: &str,
) -> Result<()> {
    let both = |text: &dyn Fn(Locale) -> String| Bilingual { es: text(Locale::Es), en: text(Locale::En) };
    let received = both(&|locale| {
        let at = when::to_the_second(declared.declared_at, zone, locale);
        let via = declared.via.words(locale);
        match locale {
            Locale::Es => format!("Recibido el {at} ({zone}), {via}. Referencia: {}.", reference(declared.id)),
            Locale::En => format!("Received on {at} ({zone}), {via}. Reference: {}.", reference(declared.id)),
        }
    });
    let mut more = vec![statement(activation, vehicle, zone), received];
    more.extend(declared.money_words().map(|(es, en)| Bilingual { es, en }));
    let amount = (declared.refund_cents > Cents::ZERO).then(|| declared.refund());
    let notice = Notice {
        service: activation.service_names.0.clone(),
        vehicle: vehicle.to_owned(),
        amount,
        more,
        activation: Some(activation.id),
        ..Notice::about(
            declared.customer_id,
            NoticeEvent::WithdrawalReceipt,
            declared.id.to_string(),
            format!("/expediente/activaciones/{}/desistimiento", activation.id),
        )
    };
    notify(caas, tx, &notice).await
}

/// What a withdrawal is called on paper and on the phone: the end of its id, which is the part that chance made.
pub fn reference(id: Uuid) -> String {
    let digits = id.simple().to_string().to_uppercase();
    format!("D-{}", &digits[digits.len() - 10..])
}
