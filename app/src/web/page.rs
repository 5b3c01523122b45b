//! What a page function returns.

use super::Refusal;
use axum::body::Body;
use axum::http::{HeaderValue, Response, StatusCode, header};
use leptos::prelude::*;

/// A page, ready but for the frame around it.
pub struct Page {
    pub(crate) title: String,
    pub(crate) description: String,
    pub(crate) public_path: Option<String>,
    pub(crate) class: &'static str,
    pub(crate) section: Option<Section>,
    pub(crate) status: StatusCode,
    pub(crate) refresh: Option<u32>,
    pub(crate) body: AnyView,
    pub(crate) file: Option<Download>,
}

/// A file that is answered with instead of a page.
pub struct Download {
    name: String,
    content_type: &'static str,
    body: Body,
}

/// A page or the reason why there is none.
pub type PageResult = Result<Page, Refusal>;

/// The part of the site a page belongs to: marked in the navigation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    /// What a car can do more.
    Catalogue,
    /// The customer's cars and their story.
    Expediente,
    /// The account.
    Account,
    /// The dealership's desk.
    Dealership,
    /// Support.
    Support,
    /// Operations and finance.
    Operations,
    /// Administration.
    Admin,
    /// The played outside world.
    Sandbox,
}

impl Page {
    /// A page with its title (without the site's name) and what stands in `<main>`.
    pub fn new(title: impl Into<String>, body: impl IntoView + 'static) -> Page {
        Page {
            title: title.into(),
            description: String::new(),
            public_path: None,
            class: "page",
            section: None,
            status: StatusCode::OK,
            refresh: None,
            body: body.into_any(),
            file: None,
        }
    }

    /// A file to be kept instead of a page: the browser saves it and never shows or runs it.
    pub fn download(name: impl Into<String>, content_type: &'static str, body: Body) -> Page {
        Page { file: Some(Download { name: name.into(), content_type, body }), ..Page::new("", ()) }
    }

    /// One sentence for search engines.
    #[must_use]
    pub fn description(mut self, text: impl Into<String>) -> Page {
        self.description = text.into();
        self
    }

    /// The path under which search engines are to know it, in both languages.
    #[must_use]
    pub fn public_at(mut self, path: impl Into<String>) -> Page {
        self.public_path = Some(path.into());
        self
    }

    /// The classes of `<main>`, `page` when not given.
    #[must_use]
    pub fn class(mut self, class: &'static str) -> Page {
        self.class = class;
        self
    }

    /// The part of the site it belongs to.
    #[must_use]
    pub fn section(mut self, section: Section) -> Page {
        self.section = Some(section);
        self
    }

    /// Another status than 200.
    #[must_use]
    pub fn status(mut self, status: StatusCode) -> Page {
        self.status = status;
        self
    }

    /// The browser asks again after so many seconds. Only where something is awaited; the page says so in words. Where an
    /// island follows it live, only when [`super::RequestFacts::has_script`] is false.
    #[must_use]
    pub fn refresh(mut self, seconds: u32) -> Page {
        self.refresh = Some(seconds);
        self
    }
}

impl Download {
    /// The answer.
    pub(crate) fn answer(self) -> Response<Body> {
        let mut response = Response::new(self.body);
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(self.content_type));
        if let Ok(disposition) = HeaderValue::try_from(disposition(&self.name)) {
            headers.insert(header::CONTENT_DISPOSITION, disposition);
        }
        response
    }
}

/// A file's name as a header has it (RFC 6266): plain letters for old browsers, the whole name for all others.
fn disposition(name: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    let fallback: String = name.chars().map(|c| if plain(c) { c } else { '_' }).collect();
    let mut encoded = String::new();
    for byte in name.bytes() {
        if plain(char::from(byte)) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    format!("attachment; filename=\"{fallback}\"; filename*=UTF-8''{encoded}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_files_name_can_break_no_header() {
        assert_eq!(
            disposition("expediente 2026.csv"),
            "attachment; filename=\"expediente_2026.csv\"; filename*=UTF-8''expediente%202026.csv"
        );
        assert!(disposition("a\"\r\nSet-Cookie: x").is_ascii());
        assert!(!disposition("a\"\r\nSet-Cookie: x").contains('\n'));
        assert!(disposition("añil.csv").ends_with("UTF-8''a%C3%B1il.csv"));
    }
}
