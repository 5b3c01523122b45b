//! The files that came with a customer's message: to be kept, never shown or run by the browser.

use crate::web::{Page, PageResult, Refusal, Role, WebContext};
use axum::body::Body;
use caas::support::{self, Attachment};

/// `/soporte/{number}/adjuntos/{id}`
pub(super) async fn attachment_file(web: WebContext) -> PageResult {
    web.require_role(&[Role::Support, Role::Operations])?;
    let id = web.param_as("id")?;
    let mut tx = web.caas.db.read().await?;
    let case = support::case(&mut tx, web.param("number")).await?.ok_or(Refusal::NotFound)?;
    let (file, content) = support::attachment(&mut tx, &case.ticket, id).await?.ok_or(Refusal::NotFound)?;
    Ok(download(file, content))
}

/// A file as an answer. What it is was decided by its bytes when it came.
pub(in crate::pages) fn download(file: Attachment, content: Vec<u8>) -> Page {
    Page::download(file.name, file.kind.as_str(), Body::from(content))
}
