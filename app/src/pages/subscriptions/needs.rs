//! What subscriptions and debts need of their customer: on the page about everything.

use super::running::Running;
use super::words::{debt_state, status};
use super::{debt_path, path_of};
use crate::pages::expediente::states::Reader;
use crate::ui::{Fact, LinkButton, Notice, Tone};
use crate::web::dates::day;
use caas::kernel::locale::Locale;
use caas::subscriptions::debts::Debt;
use caas::subscriptions::model::SubscriptionStatus;
use caas::subscriptions::repository::Subscription;
use leptos::prelude::*;

/// A notice for each charge that failed and for each unpaid debt.
pub(in crate::pages) fn notices(running: &Running, debts: &[Debt], reader: Reader<'_>) -> Vec<AnyView> {
    let late = running.all().filter(|s| s.status == SubscriptionStatus::PastDue).map(|s| past_due(s, reader));
    let owed = debts.iter().filter(|debt| debt.state.is_unpaid()).map(|debt| unpaid(debt, reader.locale));
    late.chain(owed).collect()
}

fn past_due(s: &Subscription, reader: Reader<'_>) -> AnyView {
    let locale = reader.locale;
    let name = s.service_names.0.get(locale);
    let title = match locale {
        Locale::Es => format!("{name}: no se ha podido cobrar la suscripción"),
        Locale::En => format!("{name}: the subscription could not be charged"),
    };
    let next = s.next_charge_at.map(|at| day(at, reader.zone, locale)).unwrap_or_default();
    let text = match locale {
        Locale::Es => format!("Sigue activa. El siguiente paso es el {next}. Puedes pagar ya con otro método."),
        Locale::En => format!("It stays active. The next step is on {next}. You can pay now with another method."),
    };
    let action = view! {
        <LinkButton href=path_of(s.id)>{locale.t("Ver fechas y pagar", "See the dates and pay")}</LinkButton>
    };
    view! { <Notice tone=Tone::Waiting title=title action=action.into_any()>{text}</Notice> }.into_any()
}

fn unpaid(debt: &Debt, locale: Locale) -> AnyView {
    let amount = debt.amount().display(locale);
    let title = match locale {
        Locale::Es => format!("Tienes {amount} por pagar de una suscripción"),
        Locale::En => format!("You have {amount} to pay of a subscription"),
    };
    let action = view! {
        <LinkButton href=debt_path(debt.id)>{locale.t("Ver y pagar", "See and pay")}</LinkButton>
    };
    view! {
        <Notice tone=Tone::Problem title=title action=action.into_any()>
            {locale.t(
                "Hasta entonces no puedes contratar otra suscripción. Todo lo demás sigue igual.",
                "Until then you can't start another subscription. Everything else stays as it is.",
            )}
        </Notice>
    }
    .into_any()
}

/// The same for people of ours: what runs and what is owed, with amounts for those who may see them.
pub(in crate::pages) fn facts(running: &Running, debts: &[Debt], sees_money: bool, locale: Locale) -> Vec<Fact> {
    let of = |s: &Subscription| {
        let (_, word) = status(s.status, s.cancel_at_period_end, locale);
        format!("{} ({word})", s.service_names.0.get(locale))
    };
    let runs: Vec<_> = running.all().map(of).collect();
    let owed: Vec<_> = debts
        .iter()
        .map(|debt| {
            let (_, word) = debt_state(debt.state, locale);
            if sees_money { format!("{} ({word})", debt.amount().display(locale)) } else { word.to_owned() }
        })
        .collect();
    let mut facts = Vec::new();
    if !runs.is_empty() {
        facts.push(Fact::text(locale.t("Suscripciones", "Subscriptions"), runs.join(", ")));
    }
    if !owed.is_empty() {
        facts.push(Fact::text(locale.t("Deudas", "Debts"), owed.join(", ")));
    }
    facts
}
