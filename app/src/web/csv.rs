//! Lists as files for spreadsheets.

use super::Page;
use axum::body::{Body, Bytes};
use caas::kernel::error::Failure;
use caas::kernel::locale::Locale;
use futures::{StreamExt as _, stream};
use std::future::Future;

/// Writes rows as CSV (RFC 4180), so that a spreadsheet neither takes a text for a formula nor a comma for a new column.
#[derive(Debug, Clone, Copy)]
pub struct Csv {
    separator: char,
}

impl Csv {
    /// As spreadsheets in this language expect it: in Spanish the comma is for decimals.
    pub const fn new(locale: Locale) -> Csv {
        Csv { separator: if matches!(locale, Locale::Es) { ';' } else { ',' } }
    }

    /// One row with its line end.
    pub fn row<'a>(self, cells: impl IntoIterator<Item = &'a str>) -> String {
        let cells: Vec<_> = cells.into_iter().map(|cell| self.cell(cell)).collect();
        cells.join(&self.separator.to_string()) + "\r\n"
    }

    fn cell(self, text: &str) -> String {
        // What begins like this would be run as a formula; after an apostrophe it is text.
        let harmless =
            if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) { format!("'{text}") } else { text.to_owned() };
        if harmless.contains([self.separator, '"', '\r', '\n']) {
            format!("\"{}\"", harmless.replace('"', "\"\""))
        } else {
            harmless
        }
    }
}

/// Some rows of a long file, and the key from which the next ones are read; none: that was all.
pub struct Rows<K> {
    /// The rows, each with its line end.
    pub text: String,
    /// Where the next ones begin.
    pub next: Option<K>,
}

/// A file that is written while it is read: `read` gives its rows batch by batch, so that it may be as long as it likes.
pub fn csv_file<K, F, R>(name: impl Into<String>, heads: String, first: K, read: R) -> Page
where
    K: Send + 'static,
    R: Fn(K) -> F + Send + 'static,
    F: Future<Output = Result<Rows<K>, Failure>> + Send + 'static,
{
    // The mark at the beginning tells spreadsheets that it is UTF-8.
    let begin = format!("\u{feff}{heads}");
    let rows = stream::unfold((Some(begin), Some(first), read), |(begin, key, read)| async move {
        if let Some(begin) = begin {
            return Some((Ok(Bytes::from(begin)), (None, key, read)));
        }
        match read(key?).await {
            Ok(rows) => Some((Ok(Bytes::from(rows.text)), (None, rows.next, read))),
            Err(error) => {
                tracing::error!(%error, "file_cut_short");
                // The connection breaks off, so that nobody takes half a file for a whole one.
                Some((Err(std::io::Error::other("file cut short")), (None, None, read)))
            }
        }
    });
    // Who compresses it asks once more after the end.
    Page::download(name, "text/csv; charset=utf-8", Body::from_stream(rows.fuse()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_text_whatever_it_begins_with() {
        let csv = Csv::new(Locale::En);
        assert_eq!(csv.row(["a", "b c", ""]), "a,b c,\r\n");
        assert_eq!(csv.row(["1,5", "say \"no\"", "two\nlines"]), "\"1,5\",\"say \"\"no\"\"\",\"two\nlines\"\r\n");
        for formula in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"] {
            assert!(csv.row([formula]).trim_start_matches('"').starts_with('\''), "{formula:?}");
        }
        assert_eq!(csv.row(["=HYPERLINK(\"http://evil\")"]), "\"'=HYPERLINK(\"\"http://evil\"\")\"\r\n");
    }

    #[test]
    fn in_spanish_a_comma_is_no_new_column() {
        assert_eq!(Csv::new(Locale::Es).row(["29,90 €", "a;b"]), "29,90 €;\"a;b\"\r\n");
    }
}
