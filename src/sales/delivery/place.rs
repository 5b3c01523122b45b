//! Where cars are picked up.

use crate::kernel::Timestamp;
use crate::kernel::database::Tx;
use crate::kernel::error::Result;
use crate::kernel::ids::DealershipId;
use sqlx::FromRow;

/// A dealership as somebody who goes there needs it.
#[derive(Debug, Clone, FromRow)]
pub struct Dealership {
    /// Its id.
    pub id: DealershipId,
    /// Its name.
    pub name: String,
    /// Street and number.
    pub street: Option<String>,
    /// Postal code.
    pub postal_code: Option<String>,
    /// City.
    pub city: String,
    /// ISO 3166-1 alpha-2.
    pub country: String,
    /// In international form.
    pub phone: Option<String>,
    /// IANA name: in which its appointments are counted.
    pub time_zone: String,
    /// Since when it is known.
    pub created_at: Timestamp,
}

impl Dealership {
    /// Name and address in one line: "CaaS Madrid Castellana, Paseo de la Castellana 100, 28046 Madrid".
    pub fn address_line(&self) -> String {
        let place = match &self.postal_code {
            Some(code) => format!("{code} {}", self.city),
            None => self.city.clone(),
        };
        let parts = [Some(self.name.clone()), self.street.clone(), Some(place)];
        parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
    }
}

/// Reads a dealership.
pub async fn dealership(tx: &mut Tx, id: DealershipId) -> Result<Dealership> {
    Ok(sql!(tx, one Dealership,
        "SELECT id, name, street, postal_code, city, country, phone, time_zone, created_at FROM dealerships WHERE id = $1", id)?)
}
