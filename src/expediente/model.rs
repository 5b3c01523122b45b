//! What an entry of the expediente can say.

use crate::kernel::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

codes! {
    /// Who brought it about.
    pub enum ActorKind {
        /// The customer.
        Customer = "CUSTOMER",
        /// A person of ours or of a dealership.
        Staff = "STAFF",
        /// The platform by itself.
        System = "SYSTEM",
        /// The vehicle, through API IoT.
        Vehicle = "VEHICLE",
        /// The payment gateway.
        Gateway = "GATEWAY",
        /// Somebody who is not signed in.
        Anonymous = "ANONYMOUS",
        /// The factory.
        Factory = "FACTORY",
        /// A registration body.
        Registry = "REGISTRY",
        /// The transport company.
        Transport = "TRANSPORT",
    }
}

/// Who brought it about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    /// What kind of actor.
    pub kind: ActorKind,
    /// The person, where there is one.
    pub id: Option<Uuid>,
}

impl Actor {
    /// The platform by itself.
    pub const SYSTEM: Actor = Actor { kind: ActorKind::System, id: None };
    /// The vehicle.
    pub const VEHICLE: Actor = Actor { kind: ActorKind::Vehicle, id: None };
    /// The payment gateway.
    pub const GATEWAY: Actor = Actor { kind: ActorKind::Gateway, id: None };
    /// Somebody who is not signed in.
    pub const ANONYMOUS: Actor = Actor { kind: ActorKind::Anonymous, id: None };
    /// The factory.
    pub const FACTORY: Actor = Actor { kind: ActorKind::Factory, id: None };
    /// A registration body.
    pub const REGISTRY: Actor = Actor { kind: ActorKind::Registry, id: None };
    /// The transport company.
    pub const TRANSPORT: Actor = Actor { kind: ActorKind::Transport, id: None };

    /// A customer.
    pub fn customer(id: impl Into<Uuid>) -> Actor {
        Actor { kind: ActorKind::Customer, id: Some(id.into()) }
    }

    /// A person of ours or of a dealership.
    pub fn staff(id: impl Into<Uuid>) -> Actor {
        Actor { kind: ActorKind::Staff, id: Some(id.into()) }
    }
}

codes! {
    /// What kind of thing an entry is about.
    pub enum SubjectKind {
        /// An account and its sign-in.
        Account = "ACCOUNT",
        /// One service on its way to, in, or out of a vehicle.
        Activation = "ACTIVATION",
        /// The money side of a purchase.
        Payment = "PAYMENT",
        /// A way to pay.
        PaymentMethod = "PAYMENT_METHOD",
        /// A support ticket.
        Ticket = "TICKET",
        /// Switching a service off.
        Deactivation = "DEACTIVATION",
        /// A page or thing somebody may not see.
        Access = "ACCESS",
        /// A circuit breaker towards an outside system.
        Breaker = "BREAKER",
        /// Work in the background that was given up.
        Job = "JOB",
        /// A message of an outside system.
        Webhook = "WEBHOOK",
        /// A vehicle as a whole.
        Vehicle = "VEHICLE",
        /// A discount.
        Discount = "DISCOUNT",
        /// A proposed change of what a service fits.
        CatalogueRule = "CATALOGUE_RULE",
        /// A ready-made text of the agents.
        Macro = "MACRO",
        /// When a queue of support is worked on.
        Calendar = "CALENDAR",
        /// A message to the customer.
        Notification = "NOTIFICATION",
        /// What the customer agreed to.
        Consent = "CONSENT",
        /// Somebody's expediente as a whole.
        Expediente = "EXPEDIENTE",
        /// The purchase of a vehicle.
        Order = "ORDER",
        /// What cars cost.
        Plan = "PLAN",
        /// A subscription.
        Subscription = "SUBSCRIPTION",
        /// An invoice of a subscription.
        Invoice = "INVOICE",
        /// What was left unpaid of a subscription.
        Debt = "DEBT",
        /// The gateway's reports against the books.
        Reconciliation = "RECONCILIATION",
        /// A charge that a bank took back, as a task of finance.
        FinanceTask = "FINANCE_TASK",
        /// An alert of operations.
        Alert = "ALERT",
    }
}

codes! {
    /// What happened.
    pub enum EntryKind {
        /// An account was made.
        AccountCreated = "ACCOUNT_CREATED",
        /// The address was confirmed.
        EmailConfirmed = "EMAIL_CONFIRMED",
        /// Somebody signed in.
        SignedIn = "SIGNED_IN",
        /// Somebody signed out.
        SignedOut = "SIGNED_OUT",
        /// One or all sessions were ended.
        SessionsEnded = "SESSIONS_ENDED",
        /// A reset of the password was asked for.
        PasswordResetRequested = "PASSWORD_RESET_REQUESTED",
        /// The password was changed.
        PasswordChanged = "PASSWORD_CHANGED",
        /// Name, language or the like was changed.
        ProfileChanged = "PROFILE_CHANGED",
        /// The role was changed.
        RoleChanged = "ROLE_CHANGED",
        /// Somebody asked for what is not theirs.
        AccessRefused = "ACCESS_REFUSED",
        /// A way to pay was added.
        PaymentMethodAdded = "PAYMENT_METHOD_ADDED",
        /// A way to pay was removed.
        PaymentMethodRemoved = "PAYMENT_METHOD_REMOVED",
        /// Another way to pay became the first choice.
        PaymentMethodPreferred = "PAYMENT_METHOD_PREFERRED",
        /// The customer ordered, with obligation to pay.
        ServiceOrdered = "SERVICE_ORDERED",
        /// A payment was made out.
        PaymentOpened = "PAYMENT_OPENED",
        /// The hold is being asked for: the activation waits for it.
        PaymentRequested = "PAYMENT_REQUESTED",
        /// The request for the hold was sent to the gateway.
        PaymentSent = "PAYMENT_SENT",
        /// The gateway's answer did not come.
        PaymentAnswerLost = "PAYMENT_ANSWER_LOST",
        /// The bank wants the customer to confirm.
        AuthenticationNeeded = "AUTHENTICATION_NEEDED",
        /// The money is held.
        PaymentHeld = "PAYMENT_HELD",
        /// The bank said no.
        PaymentDeclined = "PAYMENT_DECLINED",
        /// The order ended because the bank said no.
        OrderRejected = "ORDER_REJECTED",
        /// The money was taken.
        PaymentCaptured = "PAYMENT_CAPTURED",
        /// The hold was reversed: nothing was charged.
        HoldReversed = "HOLD_REVERSED",
        /// The customer gave up before anything was held.
        PaymentAbandoned = "PAYMENT_ABANDONED",
        /// CaaS bears the cost.
        CostAbsorbed = "COST_ABSORBED",
        /// Money was given back.
        PaymentRefunded = "PAYMENT_REFUNDED",
        /// A refund has not gone through, and its deadline is near or has passed.
        RefundDelayed = "REFUND_DELAYED",
        /// The customer declared the withdrawal from a contract.
        WithdrawalDeclared = "WITHDRAWAL_DECLARED",
        /// The customer wants to cancel as soon as bank and car have answered.
        CancellationWished = "CANCELLATION_WISHED",
        /// What the bank says of captured money.
        SettlementChanged = "SETTLEMENT_CHANGED",
        /// The activation waits for its first attempt.
        ActivationQueued = "ACTIVATION_QUEUED",
        /// An attempt begins.
        AttemptStarted = "ATTEMPT_STARTED",
        /// An attempt ended without confirmation.
        AttemptFailed = "ATTEMPT_FAILED",
        /// The next attempt has its time.
        RetryScheduled = "RETRY_SCHEDULED",
        /// The vehicle confirmed.
        ServiceActive = "SERVICE_ACTIVE",
        /// The engine gave up.
        ActivationEscalated = "ACTIVATION_ESCALATED",
        /// A ticket was opened.
        TicketOpened = "TICKET_OPENED",
        /// The activation waits for a person.
        AwaitingSupport = "AWAITING_SUPPORT",
        /// A person began or ended an attempt by hand.
        ManualAttempt = "MANUAL_ATTEMPT",
        /// A person decided that it can't be done.
        PermanentFailure = "PERMANENT_FAILURE",
        /// Closed without a charge.
        ClosedWithoutCharge = "CLOSED_WITHOUT_CHARGE",
        /// The customer cancelled before delivery.
        ServiceCancelled = "SERVICE_CANCELLED",
        /// The service is being switched off.
        DeactivationStarted = "DEACTIVATION_STARTED",
        /// Switching off needs a person.
        DeactivationEscalated = "DEACTIVATION_ESCALATED",
        /// The vehicle confirmed that the service is off.
        DeactivationDone = "DEACTIVATION_DONE",
        /// The time is over and the service is off.
        ServiceExpired = "SERVICE_EXPIRED",
        /// The customer withdrew and the service is off.
        ServiceWithdrawn = "SERVICE_WITHDRAWN",
        /// The service is off because it was not paid for.
        ServiceSuspended = "SERVICE_SUSPENDED",
        /// The vehicle switched off what is the customer's by right: a stale command.
        ServiceInterrupted = "SERVICE_INTERRUPTED",
        /// It is on again.
        ServiceRestored = "SERVICE_RESTORED",
        /// The vehicle confirmed after all was over.
        LateConfirmation = "LATE_CONFIRMATION",
        /// A circuit breaker changed its state.
        BreakerChanged = "BREAKER_CHANGED",
        /// An alert went a step on, or somebody of ours dealt with it.
        AlertChanged = "ALERT_CHANGED",
        /// Operations ran work again that had been given up.
        DeadJobRevived = "DEAD_JOB_REVIVED",
        /// Operations dropped work that had been given up.
        DeadJobDiscarded = "DEAD_JOB_DISCARDED",
        /// Operations had a message interpreted once more.
        WebhookRetried = "WEBHOOK_RETRIED",
        /// A case was taken, or given to somebody.
        TicketAssigned = "TICKET_ASSIGNED",
        /// A case went to another team.
        TicketHandedOver = "TICKET_HANDED_OVER",
        /// A case became more or less pressing.
        TicketPriorityChanged = "TICKET_PRIORITY_CHANGED",
        /// Somebody of ours wrote a note on a case.
        TicketNoted = "TICKET_NOTED",
        /// Support answered the customer.
        TicketAnswered = "TICKET_ANSWERED",
        /// Support asked the customer something.
        TicketWaiting = "TICKET_WAITING",
        /// A case was solved.
        TicketSolved = "TICKET_SOLVED",
        /// A solved case was opened again.
        TicketReopened = "TICKET_REOPENED",
        /// A case goes on in another one.
        TicketMerged = "TICKET_MERGED",
        /// A merge was undone.
        TicketUnmerged = "TICKET_UNMERGED",
        /// The customer wrote on a case.
        CustomerWrote = "CUSTOMER_WROTE",
        /// The customer was not answered in time.
        SlaBreached = "SLA_BREACHED",
        /// An agent planned to come back to a case.
        TaskPlanned = "TASK_PLANNED",
        /// What an agent had planned is done.
        TaskDone = "TASK_DONE",
        /// A ready-made text was made, changed or deleted.
        MacroChanged = "MACRO_CHANGED",
        /// Hours or holidays of a queue of support were changed.
        CalendarChanged = "CALENDAR_CHANGED",
        /// The customer was asked for a new hold before another try by hand.
        ManualHoldOffered = "MANUAL_HOLD_OFFERED",
        /// The customer agreed to a new hold.
        ManualHoldAccepted = "MANUAL_HOLD_ACCEPTED",
        /// A new hold will not be: refused by the customer or the bank, or not accepted in time.
        ManualHoldEnded = "MANUAL_HOLD_ENDED",
        /// The customer was given a discount.
        DiscountGiven = "DISCOUNT_GIVEN",
        /// A discount was used with an order.
        DiscountRedeemed = "DISCOUNT_REDEEMED",
        /// A dealership was asked to give the customer an appointment.
        AppointmentRequested = "APPOINTMENT_REQUESTED",
        /// The dealership and the customer have their appointment.
        AppointmentMade = "APPOINTMENT_MADE",
        /// An agent proposed to change what a service fits.
        CatalogueRuleProposed = "CATALOGUE_RULE_PROPOSED",
        /// An administrator decided on a proposed change.
        CatalogueRuleDecided = "CATALOGUE_RULE_DECIDED",
        /// The customer told support of a theft.
        TheftNoted = "THEFT_NOTED",
        /// The car is back, or the theft was noted by mistake.
        TheftOver = "THEFT_OVER",
        /// A copy of all personal data was asked for, made, fetched or thrown away.
        DataExported = "DATA_EXPORTED",
        /// The erasure of an account was planned, taken back, stopped or done.
        ErasureChanged = "ERASURE_CHANGED",
        /// A car goes to another owner: offered, accepted, or not.
        OwnerChanged = "OWNER_CHANGED",
        /// The customer was written to.
        CustomerTold = "CUSTOMER_TOLD",
        /// A message was not handed over by its deadline.
        NotificationLate = "NOTIFICATION_LATE",
        /// A message was held back because what it promises is not true.
        PromiseUntrue = "PROMISE_UNTRUE",
        /// The customer agreed to what the law asks for before a service starts.
        ConsentsGiven = "CONSENTS_GIVEN",
        /// Somebody of ours looked into a customer's expediente.
        ExpedienteRead = "EXPEDIENTE_READ",
        /// The purchase of a vehicle went a step on.
        OrderChanged = "ORDER_CHANGED",
        /// The estimated date of an order changed.
        EstimateChanged = "ESTIMATE_CHANGED",
        /// The factory was not reached again and again: people order by phone.
        FactoryManual = "FACTORY_MANUAL",
        /// People of ours dealt with an order that waited in the factory's manual queue.
        FactoryResolved = "FACTORY_RESOLVED",
        /// The registration went a step on.
        RegistrationChanged = "REGISTRATION_CHANGED",
        /// A paper was uploaded, accepted or refused.
        DocumentChanged = "DOCUMENT_CHANGED",
        /// The transport went a step on.
        DeliveryChanged = "DELIVERY_CHANGED",
        /// A pick-up was booked, moved or missed.
        PickUpChanged = "PICK_UP_CHANGED",
        /// Something was ticked off before the hand-over.
        HandOverChecked = "HAND_OVER_CHECKED",
        /// A vehicle was assigned, freed or handed over.
        VehicleAssigned = "VEHICLE_ASSIGNED",
        /// A code to link the mobile app was made or used.
        AppLinked = "APP_LINKED",
        /// A draft of a sale was thrown away.
        DraftDiscarded = "DRAFT_DISCARDED",
        /// A version of a plan was published, or a plan opened or closed.
        PlanChanged = "PLAN_CHANGED",
        /// The first period of a subscription began.
        SubscriptionBegun = "SUBSCRIPTION_BEGUN",
        /// A charge of a subscription failed, or it is paid again.
        SubscriptionPayment = "SUBSCRIPTION_PAYMENT",
        /// A subscription is to end, goes on after all, or changes to another offer.
        SubscriptionChanged = "SUBSCRIPTION_CHANGED",
        /// A subscription ended.
        SubscriptionEnded = "SUBSCRIPTION_ENDED",
        /// An invoice was issued.
        InvoiceIssued = "INVOICE_ISSUED",
        /// An invoice was paid, left unpaid, or undone by a credit note.
        InvoiceChanged = "INVOICE_CHANGED",
        /// A debt arose, was paid, handed over or written off.
        DebtChanged = "DEBT_CHANGED",
        /// Finance had a day's report compared with the books.
        ReconciliationAsked = "RECONCILIATION_ASKED",
        /// Finance dealt with a disagreement between report and books.
        DiscrepancyChanged = "DISCREPANCY_CHANGED",
        /// A task of finance opened, was taken, spoken of, answered or decided.
        FinanceTaskChanged = "FINANCE_TASK_CHANGED",
        /// Maintenance kept an order from being taken, or ended it before its first command.
        MaintenanceBlocked = "MAINTENANCE_BLOCKED",
        /// An order goes on although maintenance is a little behind; the customer was warned.
        MaintenanceWarned = "MAINTENANCE_WARNED",
        /// An order goes on although maintenance could not be asked about.
        MaintenanceRisk = "MAINTENANCE_RISK",
        /// The warranty of a car was lost or came back.
        WarrantyChanged = "WARRANTY_CHANGED",
    }
}

/// An entry as it is read back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StoredEntry {
    /// Its id.
    pub id: Uuid,
    /// Its number in the chain.
    pub seq: i64,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: Actor,
    /// What.
    pub kind: EntryKind,
    /// About what kind of thing.
    pub subject_kind: SubjectKind,
    /// About which.
    pub subject_id: Uuid,
    /// The car it concerns.
    pub vehicle_id: Option<Uuid>,
    /// State before, for a change of state.
    pub before: Option<String>,
    /// State after.
    pub after: Option<String>,
    /// Facts for the reader.
    pub data: serde_json::Value,
}
