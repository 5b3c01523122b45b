//! Operations open and close breakers by hand, with a reason. For customers it is as if failures had done it.

use super::model::Outside;
use crate::Caas;
use crate::activation::engine;
use crate::breaker;
use crate::kernel::error::Result;
use crate::kernel::ids::UserId;
use crate::sales::factory::place;

/// The longest reason, in characters.
pub const LONGEST_REASON: usize = 500;

codes! {
    /// Why nothing was done.
    pub enum HandRefusal {
        /// The system has no breaker.
        NoBreaker = "NO_BREAKER",
        /// The reason is missing.
        NoReason = "NO_REASON",
        /// The reason is longer than [`LONGEST_REASON`].
        ReasonTooLong = "REASON_TOO_LONG",
        /// It is so already.
        IsSo = "IS_SO",
    }
}

type Done = Result<std::result::Result<(), HandRefusal>>;

/// A reason as it is kept.
pub(super) fn reason(typed: &str) -> std::result::Result<&str, HandRefusal> {
    let typed = typed.trim();
    match typed.chars().count() {
        0 => Err(HandRefusal::NoReason),
        count if count > LONGEST_REASON => Err(HandRefusal::ReasonTooLong),
        _ => Ok(typed),
    }
}

/// Gives a system a rest until somebody ends it.
pub async fn open(caas: &Caas, by: UserId, system: Outside, why: &str) -> Done {
    let Some(system) = system.breaker() else { return Ok(Err(HandRefusal::NoBreaker)) };
    let why = match reason(why) {
        Ok(why) => why,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let mut tx = caas.db.begin().await?;
    if !breaker::open_by_hand(caas, &mut tx, system, by, why).await? {
        return Ok(Err(HandRefusal::IsSo));
    }
    tx.commit().await?;
    Ok(Ok(()))
}

/// Lets calls through again. What waited goes on gently, first come, first served; work without a queue of its own asks
/// again within a rest.
pub async fn close(caas: &Caas, by: UserId, system: Outside, why: &str) -> Done {
    let Some(system) = system.breaker() else { return Ok(Err(HandRefusal::NoBreaker)) };
    let why = match reason(why) {
        Ok(why) => why,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let mut tx = caas.db.begin().await?;
    if !breaker::close_by_hand(caas, &mut tx, system, by, why).await? {
        return Ok(Err(HandRefusal::IsSo));
    }
    match system {
        breaker::System::Iot => engine::let_go(caas, &mut tx).await?,
        breaker::System::Factory => place::let_go(caas, &mut tx, None).await?,
        breaker::System::Payments | breaker::System::Vss | breaker::System::Transport => {}
    }
    tx.announce_job();
    tx.commit().await?;
    Ok(Ok(()))
}
