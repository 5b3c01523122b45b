//! People to try the product with. Never in production.

use super::model::Role;
use super::password::Hash;
use super::repository;
use crate::Caas;
use crate::kernel::database::Tx;
use crate::kernel::error::{Failure, Result};
use crate::kernel::ids::{DealershipId, UserId};
use crate::kernel::locale::Locale;

/// The password of every demo account.
pub const DEMO_PASSWORD: &str = "demo-caas-2026";

/// Its Argon2id hash, so that seeding takes no time. A test checks that the two belong together.
const DEMO_HASH: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$8ncAAPJ3AADydwAA8ncAAA$3FkEGdZs2i1PAUUsDYj3pbHg14hmogU4iW/WUoDxwmE";

/// A demo account.
#[derive(Debug, Clone, Copy)]
pub struct DemoAccount {
    /// To sign in.
    pub email: &'static str,
    /// Who it is.
    pub name: &'static str,
    /// What they are.
    pub role: Role,
}

const fn account(email: &'static str, name: &'static str, role: Role) -> DemoAccount {
    DemoAccount { email, name, role }
}

/// Every demo account.
pub const DEMO_ACCOUNTS: &[DemoAccount] = &[
    account("cliente@demo.caas.example", "Lucía Ferrer", Role::Customer),
    account("cliente2@demo.caas.example", "Tomás Aguirre", Role::Customer),
    account("concesionario@demo.caas.example", "Marta Olmedo", Role::Dealer),
    account("soporte@demo.caas.example", "Iker Salas", Role::Support),
    account("operaciones@demo.caas.example", "Nuria Vidal", Role::Operations),
    account("admin@demo.caas.example", "Adela Ríos", Role::Administrator),
];

/// The ids of what was made.
#[derive(Debug, Clone, Copy)]
pub struct DemoAccounts {
    /// Lucía, whose story the demo tells.
    pub customer: UserId,
    /// Somebody who must not see Lucía's things.
    pub second_customer: UserId,
    /// Sells at the first dealership.
    pub dealer: UserId,
    /// Answers tickets.
    pub support: UserId,
    /// Operations and finance.
    pub operations: UserId,
    /// Administrator.
    pub administrator: UserId,
    /// In Madrid.
    pub dealership: DealershipId,
    /// In Valencia, where nobody of the demo works.
    pub second_dealership: DealershipId,
}

/// Makes demo accounts and dealerships, in the caller's transaction. Once per database.
pub async fn seed_demo(caas: &Caas, tx: &mut Tx) -> Result<DemoAccounts> {
    let now = caas.now();
    let (dealership, second_dealership) = (caas.new_id(), caas.new_id());
    repository::insert_dealership(tx, dealership, "CaaS Madrid Castellana", "Madrid", "ES", now).await?;
    repository::insert_dealership(tx, second_dealership, "CaaS Valencia Puerto", "Valencia", "ES", now).await?;
    let hash = Hash(DEMO_HASH.to_owned());
    let mut ids = [UserId(uuid::Uuid::nil()); 6];
    for (id, demo) in ids.iter_mut().zip(DEMO_ACCOUNTS) {
        *id = caas.new_id();
        let new = repository::New {
            id: *id,
            email: demo.email,
            email_key: demo.email,
            name: demo.name,
            role: demo.role,
            dealership_id: (demo.role == Role::Dealer).then_some(dealership),
            locale: Locale::Es,
            country: "ES",
            time_zone: "Europe/Madrid",
            phone: None,
            hash: Some(&hash),
            email_confirmed_at: Some(now),
        };
        if !repository::insert(tx, new, now).await? {
            return Err(Failure::Conflict("the demo accounts"));
        }
    }
    let [customer, second_customer, dealer, support, operations, administrator] = ids;
    Ok(DemoAccounts {
        customer,
        second_customer,
        dealer,
        support,
        operations,
        administrator,
        dealership,
        second_dealership,
    })
}

/// Makes one more customer of the demo, who signs in with its password.
pub async fn add_demo_customer(caas: &Caas, tx: &mut Tx, email: &str, name: &str) -> Result<UserId> {
    let (id, now, hash) = (caas.new_id(), caas.now(), Hash(DEMO_HASH.to_owned()));
    let new = repository::New {
        id,
        email,
        email_key: email,
        name,
        role: Role::Customer,
        dealership_id: None,
        locale: Locale::Es,
        country: "ES",
        time_zone: "Europe/Madrid",
        phone: None,
        hash: Some(&hash),
        email_confirmed_at: Some(now),
    };
    if repository::insert(tx, new, now).await? { Ok(id) } else { Err(Failure::Conflict("the demo accounts")) }
}

/// Lets somebody of the demo who was invited sign in with the demo's password.
pub async fn open_with_demo_password(caas: &Caas, tx: &mut Tx, user: UserId) -> Result<()> {
    repository::set_password(tx, user, &Hash(DEMO_HASH.to_owned()), caas.now()).await?;
    repository::confirm_email(tx, user, caas.now()).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::password::Password;
    use super::*;

    #[tokio::test]
    async fn the_documented_password_opens_the_demo_accounts_and_would_be_accepted() {
        assert!(Password::typed(DEMO_PASSWORD).matches(Some(Hash(DEMO_HASH.to_owned()))).await.expect("a hash"));
        assert!(Password::choose(DEMO_PASSWORD, &[]).is_ok());
        assert!(!Password::typed(DEMO_PASSWORD).matches(None).await.expect("a hash"));
    }
}
