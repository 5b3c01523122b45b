//! The workshops' system, by its contract but without HTTP.

use super::{Asked, Heard, Outside, unreadable};
use async_trait::async_trait;
use caas::inbox::message::parse_date_time;
use caas::maintenance::port::{Vss, VssAnswer, VssError};
use caas_sandbox::{Call, Operation, Vin};

#[async_trait]
impl Vss for Outside {
    async fn maintenance_status(&self, vin: &str) -> Result<VssAnswer, VssError> {
        let heard = self.call(Call::new(Operation::MaintenanceStatus, vin)).await;
        let blocks = match &heard {
            Heard::Answer(answer) if answer.status == 404 => Some(Vec::new()),
            Heard::Answer(answer) if answer.status < 300 => serde_json::from_value(answer.body["blocks"].clone()).ok(),
            _ => None,
        };
        if let Ok(vin) = Vin::parse(vin) {
            let at = self.now();
            self.seen().asked.push(Asked { at, vin, blocks });
        }
        match heard {
            Heard::Nothing => Err(VssError::Unavailable("time-out".to_owned())),
            Heard::Answer(answer) if answer.status == 404 => Ok(VssAnswer::NoHistory),
            Heard::Answer(answer) if answer.status < 300 => {
                let read = || {
                    let as_of = parse_date_time(answer.body["asOf"].as_str()?)?;
                    let blocks = serde_json::from_value(answer.body["blocks"].clone()).ok()?;
                    Some(VssAnswer::History { as_of, blocks })
                };
                read().ok_or_else(|| VssError::Unreadable(unreadable("blocks")))
            }
            Heard::Answer(answer) => Err(VssError::Unavailable(answer.code().unwrap_or_default().to_owned())),
        }
    }
}
