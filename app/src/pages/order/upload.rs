//! The form that brings a paper. It is no server function: a file is larger than any other form may be, and is read piece
//! by piece so that nobody fills the memory.

use super::papers::form_of;
use super::{customer, path_of};
use crate::pages::help::read_up_to;
use crate::web::{FormState, Goto, Message, Refusal, WebContext, upload};
use axum::extract::Multipart;
use axum::http::StatusCode;
use caas::kernel::ids::OrderId;
use caas::sales::documents::{self, LARGEST, PaperRefusal};
use caas::sales::who::Who;
use caas::support::model::NewAttachment;

/// The largest body of this form: the file, and what stands around it.
pub const MAX_PAPER_UPLOAD: usize = LARGEST + 64 * 1024;

/// The longest text field, in bytes.
const LONGEST_FIELD: usize = 200;

/// Takes a paper: `POST /api/pedidos/documento`.
pub async fn provide_paper(web: WebContext, form: Multipart) -> StatusCode {
    upload(web.clone(), async move {
        let user = customer(&web)?.id;
        let posted = Posted::read(form).await?;
        let order: OrderId = posted.order.parse().map_err(|_| Refusal::NotFound)?;
        let there = format!("{}/documentos", path_of(order));
        let back = |refusal: PaperRefusal| {
            let form = form_of(&posted.kind);
            // Only a word leads to its place on the page.
            let place =
                form.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')).collect::<String>();
            Goto::back(format!("{there}#{place}"), FormState::new(&form).wrong("file", refusal))
        };
        if !posted.is_whole {
            return Ok(back(PaperRefusal::TooLarge));
        }
        let file = NewAttachment { name: posted.name.clone(), bytes: posted.bytes.clone() };
        let mut tx = web.caas.db.begin().await?;
        match documents::upload(&web.caas, &mut tx, &Who::Customer(user), order, &posted.kind, &file).await? {
            Ok(_) => {
                tx.commit().await?;
                Ok(Goto::to(there).toast(Message::PaperReceived))
            }
            Err(PaperRefusal::NotFound) => Err(Refusal::Hidden("order")),
            Err(refusal) => Ok(back(refusal)),
        }
    })
    .await
}

/// What the form says.
struct Posted {
    order: String,
    kind: String,
    name: String,
    bytes: Vec<u8>,
    /// Whether these are all bytes of the file.
    is_whole: bool,
}

impl Posted {
    /// Reads the form to its end. What is too large is not kept.
    async fn read(mut form: Multipart) -> Result<Posted, Refusal> {
        let mut posted = Posted {
            order: String::new(),
            kind: String::new(),
            name: String::new(),
            bytes: Vec::new(),
            is_whole: true,
        };
        // A body that ends early or is no form at all: no browser with our page sends that.
        while let Some(field) = form.next_field().await.map_err(|_| Refusal::NotFound)? {
            match field.name().unwrap_or_default() {
                "file" => {
                    posted.name = field.file_name().unwrap_or_default().to_owned();
                    (posted.bytes, posted.is_whole) = read_up_to(field, LARGEST).await?;
                }
                "order" => posted.order = text(field).await?,
                "kind" => posted.kind = text(field).await?,
                _ => {}
            }
        }
        Ok(posted)
    }
}

async fn text(field: axum::extract::multipart::Field<'_>) -> Result<String, Refusal> {
    let (bytes, _) = read_up_to(field, LONGEST_FIELD).await?;
    String::from_utf8(bytes).map_err(|_| Refusal::NotFound)
}
