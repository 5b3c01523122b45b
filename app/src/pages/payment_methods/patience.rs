//! No page waits for an outside system longer than this.

use caas::kernel::error::Result;
use std::future::Future;
use std::time::Duration;

const LONGEST_WAIT: Duration = Duration::from_secs(2);

/// What the work came to, or `None` when it takes longer than a page may wait. The work goes on all the same: what it
/// learns is written down, and the next look finds it.
pub(super) async fn briefly<T: Send + 'static>(
    work: impl Future<Output = Result<T>> + Send + 'static,
) -> Result<Option<T>> {
    match tokio::time::timeout(LONGEST_WAIT, tokio::spawn(work)).await {
        Ok(Ok(done)) => done.map(Some),
        Ok(Err(panicked)) => {
            tracing::error!(%panicked, "outside_call_panicked");
            Ok(None)
        }
        Err(_) => Ok(None),
    }
}
