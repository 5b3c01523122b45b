//! What may still differ at the end of a day, and why. Everything else is wrong:
//!
//! - a request that is written down and whose answer has not come back: money may be held, taken or given back there and
//!   not yet here;
//! - a message of the gateway's that is not handed over, or waits in the inbox: money may have arrived, or be gone again;
//! - where a message never comes: until the night's report is compared, and while the disagreement is open that it finds;
//! - a hold that the bank let go: nobody tells us, and we learn of it when we want to take it or give it up.

use super::{Part, Sums, There};
use caas::kernel::database::Tx;
use caas::kernel::error::Result;
use caas::kernel::ids::PaymentId;
use caas::payments::model::OperationKind;
use caas::sql;
use sqlx::types::Uuid;

/// A payment on whose sums both sides disagree.
pub(super) struct Difference<'a> {
    pub payment: PaymentId,
    pub ours: Sums,
    pub theirs: Sums,
    /// What the gateway has for it.
    pub there: &'a [&'a There],
    pub reads_reports: bool,
}

/// The parts that differ for no reason, with what they are here and there.
pub(super) async fn explain(tx: &mut Tx, of: &Difference<'_>) -> Result<Vec<(Part, i64, i64)>> {
    let mut unexplained = Vec::new();
    let under_way = UnderWay::of(tx, of).await?;
    for ((part, ours), (_, theirs)) in of.ours.parts().into_iter().zip(of.theirs.parts()) {
        if ours != theirs && !under_way.explains(part, ours, theirs) {
            unexplained.push((part, ours, theirs));
        }
    }
    Ok(unexplained)
}

#[derive(Debug)]
struct UnderWay {
    /// Requests whose answer is not known.
    requests: Vec<OperationKind>,
    /// A hold that the bank let go.
    lapsed: bool,
    /// Something tells of money that arrived or is gone again, and has not been heard.
    to_be_told: bool,
}

impl UnderWay {
    async fn of(tx: &mut Tx, of: &Difference<'_>) -> Result<UnderWay> {
        let rows = sql!(
            tx,
            all(String, Uuid),
            "SELECT kind, id FROM payment_operations WHERE payment_id = $1 AND state = 'REQUESTED' ORDER BY id",
            of.payment
        )?;
        let requests = rows.into_iter().map(|(kind, _)| Ok(kind.parse()?)).collect::<Result<_>>()?;
        let mut to_be_told = of.there.iter().any(|payment| payment.message_waits) || waits_in_inbox(tx, of).await?;
        for payment in of.there.iter().filter(|payment| !payment.told) {
            to_be_told |= !of.reads_reports || is_to_be_reported(tx, payment).await?;
        }
        Ok(UnderWay { requests, lapsed: of.there.iter().any(|payment| payment.lapsed), to_be_told })
    }

    /// Whether what differs is under way: there it has happened, here it is not known yet.
    fn explains(&self, part: Part, ours: i64, theirs: i64) -> bool {
        use OperationKind as K;
        let asked = |kinds: &[K]| self.requests.iter().any(|kind| kinds.contains(kind));
        match part {
            Part::Held if theirs > ours => asked(&[K::Authorise]),
            Part::Held => self.lapsed || asked(&[K::Capture, K::Cancel]),
            Part::Captured => theirs > ours && asked(&[K::Capture, K::Charge]),
            Part::Refunded => theirs > ours && asked(&[K::Refund]),
            // It can't be known before the capture is.
            Part::Settled | Part::Fees | Part::ChargedBack => {
                theirs > ours && (self.to_be_told || asked(&[K::Capture, K::Charge]))
            }
        }
    }
}

async fn waits_in_inbox(tx: &mut Tx, of: &Difference<'_>) -> Result<bool> {
    let waiting = sql!(
        tx,
        all(String, Uuid),
        "SELECT body, id FROM webhook_inbox WHERE state = 'RECEIVED' AND sender = 'PAYMENTS' ORDER BY id"
    )?;
    Ok(waiting.iter().any(|(body, _)| of.there.iter().any(|payment| body.contains(&payment.id))))
}

/// The report that tells of it is not compared yet, or has been, and the disagreement is open.
async fn is_to_be_reported(tx: &mut Tx, payment: &There) -> Result<bool> {
    for day in &payment.reported {
        let run = sql!(
            tx,
            optional(String, String),
            "SELECT state, day FROM reconciliation_runs WHERE day = $1",
            day.to_string()
        )?;
        if run.is_none_or(|(state, _)| state != "DONE") {
            return Ok(true);
        }
    }
    let open = sql!(
        tx,
        optional(Uuid, String),
        "SELECT id, state FROM reconciliation_discrepancies
         WHERE gateway_payment_id = $1 AND state = 'OPEN' AND class = 'STATUS_DIFFERS' LIMIT 1",
        &payment.id
    )?;
    Ok(open.is_some())
}
