//! Who may be told of which changes.

use super::WebContext;
use caas::kernel::error::Result;

/// Whether the signed-in person may watch a topic of the database's announcements.
pub async fn may_watch(web: &WebContext, topic: &str) -> Result<bool> {
    let Some(user) = &web.user else { return Ok(false) };
    let Some((kind, id)) = topic.split_once(':') else { return Ok(false) };
    Ok(match kind {
        "user" => id == user.id.to_string(),
        "dealership" => user.dealership_id.is_some_and(|own| own.to_string() == id),
        _ => false,
    })
}
