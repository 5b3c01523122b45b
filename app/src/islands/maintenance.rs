//! Completes a page once the workshops have answered.

use super::live::on_change;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// What shows that something new is known of the maintenance of a car of one's own.
#[server(endpoint = "mantenimiento/sello")]
pub async fn read_maintenance_stamp(
    /// The car.
    vehicle: String,
) -> Result<String, ServerFnError> {
    use crate::web::{Refusal, answer};
    answer(async move |web| {
        let id = vehicle.parse().map_err(|_| Refusal::NotFound)?;
        crate::pages::maintenance::stamp(&web, id).await
    })
    .await
}

/// As soon as more is known of the car's maintenance, the page is asked for again. Nothing without JavaScript: then the
/// browser asks by itself every few seconds.
#[island]
pub fn MaintenanceWait(
    /// The car's id.
    vehicle: String,
    /// What the page was made with.
    stamp: String,
) -> impl IntoView {
    let topic = format!("maintenance:{vehicle}");
    let vehicle = StoredValue::new(vehicle);
    on_change(&topic, move || {
        let stamp = stamp.clone();
        spawn_local(async move {
            if let Ok(now) = read_maintenance_stamp(vehicle.get_value()).await
                && now != stamp
            {
                super::order::again();
            }
        });
    });
}
