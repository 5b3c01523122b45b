//! Files that come with a message: only what they really are counts.

/// The most attachments of one message.
pub const MOST_ATTACHMENTS: usize = 3;

/// The largest attachment, in bytes.
pub const LARGEST_ATTACHMENT: usize = 5 * 1024 * 1024;

codes! {
    /// What an attachment is, by its first bytes; its name is never believed.
    pub enum AttachmentKind {
        /// A picture.
        Png = "image/png",
        /// A picture.
        Jpeg = "image/jpeg",
        /// A picture.
        Webp = "image/webp",
        /// A document.
        Pdf = "application/pdf",
        /// Plain text.
        Text = "text/plain",
    }
}

impl AttachmentKind {
    /// Looks at the bytes; `None` for what is not taken.
    pub fn of(bytes: &[u8]) -> Option<AttachmentKind> {
        if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
            Some(AttachmentKind::Png)
        } else if bytes.starts_with(b"\xff\xd8\xff") {
            Some(AttachmentKind::Jpeg)
        } else if bytes.len() > 12 && bytes.starts_with(b"RIFF") && &bytes[8..12] == b"WEBP" {
            Some(AttachmentKind::Webp)
        } else if bytes.starts_with(b"%PDF-") {
            Some(AttachmentKind::Pdf)
        } else {
            let text = std::str::from_utf8(bytes).ok()?;
            let plain = text.chars().all(|c| !c.is_control() || matches!(c, '\n' | '\r' | '\t'));
            (plain && !text.trim().is_empty()).then_some(AttachmentKind::Text)
        }
    }

    /// The ending a file of this kind has.
    pub const fn ending(self) -> &'static str {
        match self {
            AttachmentKind::Png => "png",
            AttachmentKind::Jpeg => "jpg",
            AttachmentKind::Webp => "webp",
            AttachmentKind::Pdf => "pdf",
            AttachmentKind::Text => "txt",
        }
    }
}

/// A file as somebody sends it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewAttachment {
    /// What its sender calls it.
    pub name: String,
    /// What is in it.
    pub bytes: Vec<u8>,
}

impl NewAttachment {
    /// The name without folders and signs, with the ending of what it really is.
    pub fn safe_name(&self, kind: AttachmentKind) -> String {
        let name = self.name.rsplit(['/', '\\']).next().unwrap_or_default();
        let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
        let clean: String =
            stem.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_')).take(80).collect();
        let clean = clean.trim();
        format!("{}.{}", if clean.is_empty() { "adjunto" } else { clean }, kind.ending())
    }
}

codes! {
    /// What is wrong with attachments.
    pub enum AttachmentProblem {
        /// More than [`MOST_ATTACHMENTS`].
        TooMany = "TOO_MANY",
        /// Larger than [`LARGEST_ATTACHMENT`].
        TooLarge = "TOO_LARGE",
        /// None of the kinds that are taken.
        UnknownKind = "UNKNOWN_KIND",
    }
}

/// Checks number, size and first bytes of what was sent.
pub fn check_attachments(files: &[NewAttachment]) -> Result<Vec<AttachmentKind>, AttachmentProblem> {
    if files.len() > MOST_ATTACHMENTS {
        return Err(AttachmentProblem::TooMany);
    }
    files
        .iter()
        .map(|file| {
            if file.bytes.len() > LARGEST_ATTACHMENT {
                return Err(AttachmentProblem::TooLarge);
            }
            AttachmentKind::of(&file.bytes).ok_or(AttachmentProblem::UnknownKind)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attachments_are_known_by_their_bytes() {
        let of = AttachmentKind::of;
        assert_eq!(of(b"\x89PNG\r\n\x1a\nrest"), Some(AttachmentKind::Png));
        assert_eq!(of(b"\xff\xd8\xff\xe0"), Some(AttachmentKind::Jpeg));
        assert_eq!(of(b"RIFF\x10\x00\x00\x00WEBPVP8 "), Some(AttachmentKind::Webp));
        assert_eq!(of(b"%PDF-1.7"), Some(AttachmentKind::Pdf));
        assert_eq!(of("Línea 1\nLínea 2".as_bytes()), Some(AttachmentKind::Text));
        for bad in [b"MZ\x90\x00".as_slice(), b"", b"GIF89a\x00", b"\x00\x01", b"PK\x03\x04"] {
            assert_eq!(of(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn a_name_keeps_no_folder_and_no_false_ending() {
        let file = |name: &str| NewAttachment { name: name.to_owned(), bytes: Vec::new() };
        assert_eq!(file("../../etc/passwd").safe_name(AttachmentKind::Text), "passwd.txt");
        assert_eq!(file("C:\\foto.exe").safe_name(AttachmentKind::Png), "foto.png");
        assert_eq!(file("\"; x").safe_name(AttachmentKind::Pdf), "x.pdf");
        assert_eq!(file("").safe_name(AttachmentKind::Jpeg), "adjunto.jpg");
    }

    #[test]
    fn too_many_or_too_large_files_are_not_taken() {
        let file = |bytes: Vec<u8>| NewAttachment { name: "a.txt".to_owned(), bytes };
        assert_eq!(check_attachments(&vec![file(b"x".to_vec()); 4]), Err(AttachmentProblem::TooMany));
        assert_eq!(check_attachments(&[file(vec![b'x'; LARGEST_ATTACHMENT + 1])]), Err(AttachmentProblem::TooLarge));
        assert_eq!(check_attachments(&[file(vec![0])]), Err(AttachmentProblem::UnknownKind));
        assert_eq!(check_attachments(&[file(b"x".to_vec())]), Ok(vec![AttachmentKind::Text]));
    }
}
