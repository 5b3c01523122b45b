//! The test cards: numbers that mean something on the hosted page.

use serde::{Deserialize, Serialize};

use super::model::{DeclineReason, Initiator, MethodType};

/// A payment method with a known behaviour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum TestCard {
    /// Visa that always works.
    GoodVisa,
    /// Mastercard that always works.
    GoodMastercard,
    /// Declined: insufficient funds.
    InsufficientFunds,
    /// Declined: do not honor.
    DoNotHonor,
    /// Declined: try again later.
    TryAgainLater,
    /// Declined: expired.
    Expired,
    /// Declined: stolen.
    Stolen,
    /// Declined until the customer confirms on the gateway's page; each confirmation lets one payment pass.
    NeedsAuthentication,
    /// Works, but the money never arrives.
    SettlementFails,
    /// Works, and is charged back after settlement.
    ChargedBack,
    /// Works while the customer is present; merchant-initiated payments lack funds.
    MerchantDeclined,
    /// A bank transfer: processing for a while, then authorised.
    BankTransfer,
}

impl TestCard {
    /// All of them, in the order of the hosted page.
    pub const ALL: [Self; 12] = [
        Self::GoodVisa,
        Self::GoodMastercard,
        Self::NeedsAuthentication,
        Self::InsufficientFunds,
        Self::DoNotHonor,
        Self::TryAgainLater,
        Self::Expired,
        Self::Stolen,
        Self::MerchantDeclined,
        Self::SettlementFails,
        Self::ChargedBack,
        Self::BankTransfer,
    ];

    /// Card number (or IBAN), without spaces.
    #[must_use]
    pub fn number(self) -> &'static str {
        match self {
            Self::GoodVisa => "4242424242424242",
            Self::GoodMastercard => "5555555555554444",
            Self::InsufficientFunds => "4000000000009995",
            Self::DoNotHonor => "4000000000000002",
            Self::TryAgainLater => "4000000000000119",
            Self::Expired => "4000000000000069",
            Self::Stolen => "4000000000009979",
            Self::NeedsAuthentication => "4000002760003184",
            Self::SettlementFails => "4000000000000259",
            Self::ChargedBack => "4000000000002685",
            Self::MerchantDeclined => "4000000000000341",
            Self::BankTransfer => "ES9121000418450200051332",
        }
    }

    /// Recognises a number as typed, with or without spaces and dashes.
    #[must_use]
    pub fn recognise(typed: &str) -> Option<Self> {
        let bare: String =
            typed.chars().filter(|c| !c.is_whitespace() && *c != '-').flat_map(char::to_uppercase).collect();
        Self::ALL.into_iter().find(|card| card.number() == bare)
    }

    /// Name for forms and control calls, as serialised.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::GoodVisa => "GOOD_VISA",
            Self::GoodMastercard => "GOOD_MASTERCARD",
            Self::InsufficientFunds => "INSUFFICIENT_FUNDS",
            Self::DoNotHonor => "DO_NOT_HONOR",
            Self::TryAgainLater => "TRY_AGAIN_LATER",
            Self::Expired => "EXPIRED",
            Self::Stolen => "STOLEN",
            Self::NeedsAuthentication => "NEEDS_AUTHENTICATION",
            Self::SettlementFails => "SETTLEMENT_FAILS",
            Self::ChargedBack => "CHARGED_BACK",
            Self::MerchantDeclined => "MERCHANT_DECLINED",
            Self::BankTransfer => "BANK_TRANSFER",
        }
    }

    /// The card with this [`TestCard::code`].
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|card| card.code() == code)
    }

    /// Brand shown to the customer.
    #[must_use]
    pub fn brand(self) -> &'static str {
        match self {
            Self::GoodMastercard => "Mastercard",
            Self::BankTransfer => "SEPA",
            _ => "Visa",
        }
    }

    /// Card or transfer.
    #[must_use]
    pub fn method_type(self) -> MethodType {
        if self == Self::BankTransfer { MethodType::BankTransfer } else { MethodType::Card }
    }

    /// Last four characters of the number.
    #[must_use]
    pub fn last4(self) -> &'static str {
        let number = self.number();
        &number[number.len() - 4..]
    }

    /// What the bank says to a payment with it; `None` is yes.
    pub(crate) fn decline(self, initiator: Initiator, authenticated: bool) -> Option<DeclineReason> {
        match self {
            Self::InsufficientFunds => Some(DeclineReason::InsufficientFunds),
            Self::DoNotHonor => Some(DeclineReason::DoNotHonor),
            Self::TryAgainLater => Some(DeclineReason::TryAgainLater),
            Self::Expired => Some(DeclineReason::ExpiredCard),
            Self::Stolen => Some(DeclineReason::StolenCard),
            Self::NeedsAuthentication if !authenticated => Some(DeclineReason::AuthenticationRequired),
            Self::MerchantDeclined if initiator == Initiator::Merchant => Some(DeclineReason::InsufficientFunds),
            _ => None,
        }
    }
}
