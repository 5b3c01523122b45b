//! The form with a paper. It is no server function: a file is larger than any other form may be, and is read piece by piece.

use super::actions::{at_order, done, refused};
use super::order::PAPERS;
use crate::pages::help::read_up_to;
use crate::web::{FormState, Refusal, WebContext, upload};
use axum::extract::Multipart;
use axum::http::StatusCode;
use caas::sales::documents::{self, LARGEST, PaperRefusal};
use caas::support::model::NewAttachment;

/// The longest text field, in bytes.
const LONGEST_FIELD: usize = 200;

/// Takes a paper: `POST /api/concesionario/documento`.
pub async fn paper(web: WebContext, form: Multipart) -> StatusCode {
    upload(web.clone(), async move {
        // Who sends it comes first: nothing of a stranger's file is read.
        super::clerk(&web)?;
        let posted = Posted::read(form).await?;
        let at = at_order(&web, &posted.order).await?;
        let form = FormState::new(PAPERS).with("kind", &posted.kind);
        let file = match posted.file {
            Ok(file) => file,
            Err(refusal) => return Ok(refused(&at.at(PAPERS), form, refusal)),
        };
        let mut tx = web.caas.db.begin().await?;
        match documents::upload(&web.caas, &mut tx, &at.who, at.order, &posted.kind, &file).await? {
            Ok(_) => {
                tx.commit().await?;
                Ok(done(&at.at(PAPERS)))
            }
            Err(PaperRefusal::NotFound) => Err(Refusal::NotFound),
            Err(refusal) => Ok(refused(&at.at(PAPERS), form, refusal)),
        }
    })
    .await
}

/// What the form says.
struct Posted {
    order: String,
    kind: String,
    file: Result<NewAttachment, PaperRefusal>,
}

impl Posted {
    /// Reads the form to its end. What is too large is named, not kept.
    async fn read(mut form: Multipart) -> Result<Posted, Refusal> {
        let mut posted = Posted { order: String::new(), kind: String::new(), file: Err(PaperRefusal::NoFile) };
        // A body that ends early or is no form at all: no browser with our page sends that.
        while let Some(field) = form.next_field().await.map_err(|_| Refusal::NotFound)? {
            let name = field.name().unwrap_or_default().to_owned();
            if name == "file" {
                let file_name = field.file_name().unwrap_or_default().to_owned();
                posted.file = match read_up_to(field, LARGEST).await? {
                    (_, false) => Err(PaperRefusal::TooLarge),
                    (bytes, true) if bytes.is_empty() => Err(PaperRefusal::NoFile),
                    (bytes, true) => Ok(NewAttachment { name: file_name, bytes }),
                };
                continue;
            }
            let (bytes, is_whole) = read_up_to(field, LONGEST_FIELD).await?;
            if !is_whole {
                return Err(Refusal::NotFound);
            }
            let text = String::from_utf8(bytes).map_err(|_| Refusal::NotFound)?;
            match name.as_str() {
                "order" => posted.order = text,
                "kind" => posted.kind = text,
                _ => {}
            }
        }
        Ok(posted)
    }
}
