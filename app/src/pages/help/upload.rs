//! The forms with files. They are no server functions: a file is larger than any other form may be, and is read piece by
//! piece so that nobody fills the memory.

use super::{HERE, case, customer, field_of, list};
use crate::web::{FormState, Goto, Message, Refusal, WebContext, upload};
use axum::extract::Multipart;
use axum::http::StatusCode;
use caas::support::model::{LARGEST_ATTACHMENT, LONGEST_TEXT, MOST_ATTACHMENTS, NewAttachment, QuestionRefusal};
use caas::support::{self, Question};

/// The largest body of a form with files: the files, and what stands around them.
pub const MAX_UPLOAD: usize = MOST_ATTACHMENTS * LARGEST_ATTACHMENT + 256 * 1024;

/// The longest text field, in bytes.
const LONGEST_FIELD: usize = 4 * LONGEST_TEXT;

/// What a form with files says.
#[derive(Default)]
struct Posted {
    number: String,
    vehicle: String,
    subject: String,
    text: String,
    files: Vec<NewAttachment>,
    refusal: Option<QuestionRefusal>,
}

/// Takes a question: `POST /api/cuenta/ayuda/preguntar`.
pub async fn ask(web: WebContext, form: Multipart) -> StatusCode {
    upload(web.clone(), async move {
        let customer = customer(&web)?.id;
        let posted = Posted::read(form).await?;
        let form = FormState::new(list::FORM)
            .with("vehicle", &posted.vehicle)
            .with("subject", &posted.subject)
            .with_text("text", &posted.text);
        let back = |refusal| Goto::back(format!("{HERE}#{}", list::FORM), form.wrong(field_of(refusal), refusal));
        if let Some(refusal) = posted.refusal {
            return Ok(back(refusal));
        }
        let question = Question {
            vehicle: match posted.vehicle.as_str() {
                "" => None,
                id => Some(id.parse().map_err(|_| Refusal::NotFound)?),
            },
            subject: posted.subject,
            text: posted.text,
            attachments: posted.files,
        };
        match support::open_question(&web.caas, customer, &question).await? {
            Ok(number) => Ok(Goto::to(format!("{HERE}/{number}")).toast(Message::QuestionSent)),
            Err(QuestionRefusal::NotFound) => Err(Refusal::Hidden("vehicle")),
            Err(refusal) => Ok(back(refusal)),
        }
    })
    .await
}

/// Takes further words on a case: `POST /api/cuenta/ayuda/escribir`.
pub async fn write(web: WebContext, form: Multipart) -> StatusCode {
    upload(web.clone(), async move {
        let customer = customer(&web)?.id;
        let posted = Posted::read(form).await?;
        // The case first: where the form goes back to is not for the form to say.
        let own = support::own_case(&mut web.caas.db.read().await?, customer, &posted.number).await?;
        let number = own.ok_or(Refusal::Hidden("ticket"))?.ticket.number;
        let here = format!("{HERE}/{number}");
        let form = FormState::new(case::FORM).with_text("text", &posted.text);
        let back = |refusal| Goto::back(format!("{here}#{}", case::FORM), form.wrong(field_of(refusal), refusal));
        if let Some(refusal) = posted.refusal {
            return Ok(back(refusal));
        }
        match support::customer_writes(&web.caas, customer, &number, &posted.text, posted.files).await? {
            Ok(()) => Ok(Goto::to(&here).toast(Message::AnswerSent)),
            Err(refusal) => Ok(back(refusal)),
        }
    })
    .await
}

impl Posted {
    /// Reads the form to its end. What is too large or too much is named, not kept.
    async fn read(mut form: Multipart) -> Result<Posted, Refusal> {
        let mut posted = Posted::default();
        // A body that ends early or is no form at all: no browser with our page sends that.
        while let Some(field) = form.next_field().await.map_err(|_| Refusal::NotFound)? {
            let name = field.name().unwrap_or_default().to_owned();
            let file = field.file_name().map(str::to_owned);
            let longest = if name == "files" { LARGEST_ATTACHMENT } else { LONGEST_FIELD };
            let (bytes, is_whole) = read_up_to(field, longest).await?;
            if name == "files" {
                // A browser sends an empty file where none was chosen.
                if !bytes.is_empty() || !is_whole {
                    posted.take_file(file.unwrap_or_default(), bytes, is_whole);
                }
                continue;
            }
            let Ok(text) = String::from_utf8(bytes) else { return Err(Refusal::NotFound) };
            match name.as_str() {
                "number" => posted.number = text,
                "vehicle" => posted.vehicle = text,
                "subject" => posted.subject = text,
                "text" if is_whole => posted.text = text,
                "text" => posted.refusal = Some(QuestionRefusal::Text),
                _ => {}
            }
        }
        Ok(posted)
    }

    fn take_file(&mut self, name: String, bytes: Vec<u8>, is_whole: bool) {
        if !is_whole {
            self.refusal = Some(QuestionRefusal::FileTooLarge);
        } else if self.files.len() >= MOST_ATTACHMENTS {
            self.refusal = Some(QuestionRefusal::TooManyFiles);
        } else {
            self.files.push(NewAttachment { name, bytes });
        }
    }
}

/// The bytes of a field and whether these are all.
pub(in crate::pages) async fn read_up_to(
    mut field: axum::extract::multipart::Field<'_>,
    longest: usize,
) -> Result<(Vec<u8>, bool), Refusal> {
    let mut bytes = Vec::new();
    let mut is_whole = true;
    while let Some(chunk) = field.chunk().await.map_err(|_| Refusal::NotFound)? {
        if bytes.len() + chunk.len() > longest {
            is_whole = false;
        } else if is_whole {
            bytes.extend_from_slice(&chunk);
        }
    }
    Ok((bytes, is_whole))
}
