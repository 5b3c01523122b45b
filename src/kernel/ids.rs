//! One id type for each kind of thing, so that they can't be mixed up. All are UUID v7: they sort by time of birth.

/// Declares id types around a UUID.
#[macro_export]
macro_rules! ids {
    ($($(#[$meta:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        #[cfg_attr(feature = "ssr", derive(sqlx::Type), sqlx(transparent))]
        #[serde(transparent)]
        pub struct $name(pub uuid::Uuid);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { self.0.fmt(f) }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> { text.parse().map(Self) }
        }

        impl From<$name> for uuid::Uuid {
            fn from(id: $name) -> Self { id.0 }
        }

        impl From<uuid::Uuid> for $name {
            fn from(id: uuid::Uuid) -> Self { Self(id) }
        }
    )+};
}

ids! {
    /// A person with an account, in whatever role.
    UserId,
    /// A dealership (*concesionario*).
    DealershipId,
    /// A vehicle.
    VehicleId,
    /// A service of the catalogue (*opción disponible*).
    ServiceId,
    /// A way to buy a service: for some days, for ever, or by subscription.
    OfferId,
    /// One service on its way to, in, or out of one vehicle.
    ActivationId,
    /// One attempt to reach the vehicle.
    AttemptId,
    /// The money side of one purchase.
    PaymentId,
    /// One request to the gateway that moves money.
    OperationId,
    /// A stored way to pay.
    PaymentMethodId,
    /// A support ticket.
    TicketId,
    /// One message to one person on one channel.
    NotificationId,
    /// The purchase of one vehicle.
    OrderId,
    /// A commercial plan.
    PlanId,
    /// A version of a commercial plan.
    PlanVersionId,
}
