//! The workshops' system as the business sees it (contract `vss`). CaaS only reads.

use super::model::BlockState;
use crate::kernel::Timestamp;
use async_trait::async_trait;

/// Knows what the workshops did.
#[async_trait]
pub trait Vss: Send + Sync + 'static {
    /// How a car's maintenance stands.
    async fn maintenance_status(&self, vin: &str) -> Result<VssAnswer, VssError>;
}

/// What VSS says of a car.
#[derive(Debug, Clone, PartialEq)]
pub enum VssAnswer {
    /// How its blocks stand.
    History {
        /// Of when that is.
        as_of: Timestamp,
        /// The blocks that are known.
        blocks: Vec<BlockState>,
    },
    /// The car has no history yet: it is new, not overdue.
    NoHistory,
}

/// VSS could not be asked. Whatever the reason, it is asked again and then counts as silent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VssError {
    /// It is away, slow, or does not take our token.
    #[error("VSS is not available: {0}")]
    Unavailable(String),
    /// What it answered is not what the contract says.
    #[error("VSS can't be understood: {0}")]
    Unreadable(String),
    /// It does not take the question.
    #[error("VSS refuses the question: {code}")]
    Refused {
        /// Its reason.
        code: String,
    },
}

impl VssError {
    /// Whether it says something about VSS itself, rather than about the question.
    pub fn is_outage(&self) -> bool {
        !matches!(self, VssError::Refused { .. })
    }
}
