//! The key by which lists in time are paged: the moment and the id of the last line shown.

use caas::kernel::Timestamp;
use uuid::Uuid;

/// As it stands in an address.
pub(in crate::pages) fn write((at, id): (Timestamp, Uuid)) -> String {
    format!("{}.{id}", at.timestamp_micros())
}

/// As it is read from one; nothing when it makes no sense.
pub(in crate::pages) fn read(text: &str) -> Option<(Timestamp, Uuid)> {
    let (micros, id) = text.split_once('.')?;
    // What lies before the year 0 or after 9999 is no moment of ours, and reads differently in the database.
    let micros = micros.parse::<i64>().ok().filter(|micros| (0..253_402_300_800_000_000).contains(micros))?;
    Some((Timestamp::from_timestamp_micros(micros)?, id.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_can_be_read() {
        let key = ("2026-11-23T09:00:00.123456Z".parse().unwrap(), Uuid::from_u128(7));
        assert_eq!(read(&write(key)), Some(key));
        for nonsense in ["", ".", "1", "x.y", "-1.00000000-0000-0000-0000-000000000007", "1.7"] {
            assert_eq!(read(nonsense), None, "{nonsense}");
        }
    }
}
