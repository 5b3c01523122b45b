//! The countries whose registration bodies have an API.

use serde::{Deserialize, Serialize};

/// A country with a played registration body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Country {
    /// Spain: DGT, answers at once.
    ES,
    /// France: ANTS, answers at once.
    FR,
    /// United Kingdom: DVLA, answers later.
    GB,
    /// Germany: KBA, opens a dossier.
    DE,
}

impl Country {
    /// All of them.
    pub const ALL: [Country; 4] = [Country::ES, Country::FR, Country::GB, Country::DE];

    /// ISO 3166-1 alpha-2.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Country::ES => "ES",
            Country::FR => "FR",
            Country::GB => "GB",
            Country::DE => "DE",
        }
    }
}
