//! The catalogue in memory: a page view of somebody signed out asks the database nothing.
//!
//! A copy is good for a second, then one small row tells whether it still is; an announced change asks at once. So a change
//! made by another process (the command line, a second server) is seen within a second even where announcements don't
//! reach, and one made here is seen by the next request. An order asks for the revision in its own transaction, and takes
//! the copy only if it is of that one.

use super::model::{Offer, Service, Snapshot};
use super::repository::{self, TOPIC, revision, snapshot};
use crate::kernel::Timestamp;
use crate::kernel::database::{Database, EVERYTHING, Topic, Tx};
use crate::kernel::error::Result;
use crate::kernel::ids::OfferId;
use chrono::TimeDelta;
use std::sync::{Arc, Mutex};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::TryRecvError;

/// How long a copy is used unasked.
const FRESH: TimeDelta = TimeDelta::seconds(1);

/// One process's copy of the catalogue.
#[derive(Default)]
pub struct CatalogueCache(Mutex<State>);

#[derive(Default)]
struct State {
    copy: Option<Arc<Snapshot>>,
    /// When it was last known to be the newest.
    asked_at: Option<Timestamp>,
    topics: Option<Receiver<Topic>>,
}

impl State {
    /// The copy, when nothing speaks against using it unasked.
    fn fresh(&mut self, now: Timestamp) -> Option<Arc<Snapshot>> {
        if self.announced() {
            self.asked_at = None;
        }
        let age = now - self.asked_at?;
        if age < TimeDelta::zero() || age >= FRESH {
            return None;
        }
        self.copy.clone()
    }

    /// Whether a change has been announced since this was last asked.
    fn announced(&mut self) -> bool {
        let mut changed = false;
        while let Some(topics) = &mut self.topics {
            match topics.try_recv() {
                Ok(topic) => changed |= topic == TOPIC || topic == EVERYTHING,
                // Too many to keep: ours may have been among the lost ones.
                Err(TryRecvError::Lagged(_)) => changed = true,
                Err(TryRecvError::Empty) => break,
                Err(TryRecvError::Closed) => self.topics = None,
            }
        }
        changed
    }
}

impl CatalogueCache {
    /// The catalogue, at most a second behind.
    pub async fn current(&self, db: &Database, now: Timestamp) -> Result<Arc<Snapshot>> {
        let known = {
            let mut state = self.0.lock().expect("nobody panics while holding the catalogue");
            // Before reading, so that a change committed while we read is heard next time.
            if state.topics.is_none() {
                state.topics = Some(db.subscribe());
            }
            if let Some(copy) = state.fresh(now) {
                return Ok(copy);
            }
            // One asks; the others go on with what they have meanwhile.
            state.asked_at = Some(now);
            state.copy.clone()
        };
        let asked = async {
            let mut tx = db.read().await?;
            match known {
                Some(copy) if revision(&mut tx).await? == copy.revision => Ok(copy),
                _ => snapshot(&mut tx).await.map(Arc::new),
            }
        };
        let outcome: Result<Arc<Snapshot>> = asked.await;
        let mut state = self.0.lock().expect("nobody panics while holding the catalogue");
        match outcome {
            Ok(copy) => {
                if state.copy.as_ref().is_none_or(|ours| ours.revision < copy.revision) {
                    state.copy = Some(copy.clone());
                }
                Ok(copy)
            }
            Err(failure) => {
                // An announced change must not be forgotten because the database was away when it was asked.
                state.asked_at = None;
                Err(failure)
            }
        }
    }

    /// One offer and its service as they stand in the database now: what a purchase checks against.
    pub async fn offer(&self, tx: &mut Tx, id: OfferId) -> Result<Option<(Service, Offer)>> {
        let revision = revision(tx).await?;
        let copy = self.0.lock().expect("nobody panics while holding the catalogue").copy.clone();
        match copy.filter(|copy| copy.revision == revision) {
            Some(copy) => Ok(copy.offer(id).map(|(service, offer)| (service.clone(), offer.clone()))),
            None => repository::offer(tx, id).await,
        }
    }
}
