//! A ZIP file without compression (APPNOTE.TXT 6.3: stored entries): the copy is mostly photographs and PDF, which don't
//! get smaller, and whoever keeps it needs nothing special to open it.

/// Bytes of a local header without the name.
const LOCAL: u32 = 0x0403_4b50;
const CENTRAL: u32 = 0x0201_4b50;
const END: u32 = 0x0605_4b50;
/// Names are UTF-8.
const UTF8: u16 = 1 << 11;
/// 1 January 1980: the format's earliest day, so that the same data makes the same file.
const DAY: u16 = 33;

/// A file being put together.
#[derive(Default)]
pub struct Zip {
    body: Vec<u8>,
    directory: Vec<u8>,
    count: u16,
}

impl Zip {
    /// Adds an entry. `name` has no leading slash and no `..`; at most 4 GiB in all.
    pub fn add(&mut self, name: &str, content: &[u8]) {
        let offset = self.body.len() as u32;
        let (crc, size) = (crc32(content), content.len() as u32);
        let mut common = Vec::with_capacity(26);
        for part in [20, UTF8, 0, 0, DAY] {
            common.extend(u16::to_le_bytes(part));
        }
        for part in [crc, size, size] {
            common.extend(u32::to_le_bytes(part));
        }
        common.extend(u16::to_le_bytes(name.len() as u16));
        common.extend(u16::to_le_bytes(0));
        self.body.extend(LOCAL.to_le_bytes());
        self.body.extend(&common);
        self.body.extend(name.as_bytes());
        self.body.extend(content);
        self.directory.extend(CENTRAL.to_le_bytes());
        self.directory.extend(u16::to_le_bytes(20));
        self.directory.extend(&common);
        // Comment, disk, two kinds of attributes.
        self.directory.extend([0; 10]);
        self.directory.extend(offset.to_le_bytes());
        self.directory.extend(name.as_bytes());
        self.count += 1;
    }

    /// The finished file.
    pub fn finish(mut self) -> Vec<u8> {
        let (offset, size) = (self.body.len() as u32, self.directory.len() as u32);
        self.body.append(&mut self.directory);
        self.body.extend(END.to_le_bytes());
        for part in [0, 0, self.count, self.count] {
            self.body.extend(u16::to_le_bytes(part));
        }
        self.body.extend(size.to_le_bytes());
        self.body.extend(offset.to_le_bytes());
        self.body.extend([0; 2]);
        self.body
    }
}

/// CRC-32 as ZIP has it (reflected polynomial EDB88320).
fn crc32(content: &[u8]) -> u32 {
    const TABLE: [u32; 256] = {
        let mut table = [0; 256];
        let mut at = 0;
        while at < 256 {
            let mut value = at as u32;
            let mut bit = 0;
            while bit < 8 {
                value = if value & 1 == 1 { (value >> 1) ^ 0xEDB8_8320 } else { value >> 1 };
                bit += 1;
            }
            table[at] = value;
            at += 1;
        }
        table
    };
    !content.iter().fold(!0, |crc: u32, byte| (crc >> 8) ^ TABLE[((crc ^ u32::from(*byte)) & 0xff) as usize])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_the_one_everybody_has() {
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
        assert_eq!(crc32(b""), 0);
    }

    #[test]
    fn names_and_contents_stand_where_readers_look_for_them() {
        let mut zip = Zip::default();
        zip.add("datos.json", b"{}");
        zip.add("año.txt", b"x");
        let file = zip.finish();
        let end = file.len() - 22;
        assert_eq!(&file[end..end + 4], b"PK\x05\x06");
        assert_eq!(&file[end + 8..end + 12], &[2, 0, 2, 0]);
        let directory = u32::from_le_bytes(file[end + 16..end + 20].try_into().unwrap()) as usize;
        assert_eq!(&file[directory..directory + 4], b"PK\x01\x02");
        assert_eq!(&file[directory + 46..directory + 56], b"datos.json");
        assert_eq!(&file[30..42], b"datos.json{}");
    }
}
