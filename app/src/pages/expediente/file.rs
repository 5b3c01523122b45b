//! The story as CSV: every entry that the reader may see, however many there are.

use super::evidence::{step, who};
use super::facts::Eyes;
use super::query::Query;
use super::states::Reader;
use super::words::{kind_label, say};
use crate::web::dates::{exact, moment};
use crate::web::{Csv, Page, PageResult, Rows, WebContext, csv_file};
use caas::expediente::model::StoredEntry;
use caas::expediente::repository::{StoryFilter, StoryLine, story_lines};
use caas::kernel::ids::UserId;
use caas::kernel::locale::Locale;
use caas::vehicles::{Vehicle, vehicles_of};
use std::sync::Arc;

/// Entries read at a time.
const BATCH: i64 = 500;

/// `/expediente.csv`: one's own story.
pub(super) async fn own_file(web: WebContext) -> PageResult {
    let user = super::owner(&web)?;
    let query = Query::of(&web).whole();
    let cars = vehicles_of(&mut web.caas.db.read().await?, user.id).await?;
    let filter = query.filter(&user.time_zone);
    let file = File { web: web.clone(), zone: user.time_zone.clone(), eyes: Eyes::Owner, cars };
    Ok(file.page(user.id, filter))
}

/// What is the same for all rows.
pub(super) struct File {
    pub web: WebContext,
    pub zone: String,
    pub eyes: Eyes,
    pub cars: Vec<Vehicle>,
}

impl File {
    /// The file with a customer's story, newest first.
    pub(super) fn page(self, customer: UserId, filter: StoryFilter<'static>) -> Page {
        let (locale, csv) = (self.web.locale, Csv::new(self.web.locale));
        let name = format!("{}.csv", locale.t("expediente", "story"));
        let heads = csv.row(heads(locale));
        let file = Arc::new(self);
        csv_file(name, heads, i64::MAX, move |before: i64| {
            let file = file.clone();
            async move {
                let filter = StoryFilter { before_seq: Some(before), ..filter };
                let mut tx = file.web.caas.db.read().await?;
                let lines = story_lines(&mut tx, customer, &filter, BATCH).await?;
                drop(tx);
                let next = lines.last().filter(|_| lines.len() == BATCH as usize).map(|line| line.entry.seq);
                Ok(Rows { text: lines.iter().map(|line| file.row(csv, line)).collect(), next })
            }
        })
    }

    fn row(&self, csv: Csv, line: &StoryLine) -> String {
        let locale = self.web.locale;
        let reader = Reader { locale, zone: &self.zone };
        let said = say(line, reader, self.eyes);
        let entry: &StoredEntry = &line.entry;
        let car = entry.vehicle_id.and_then(|id| self.cars.iter().find(|car| car.id.0 == id));
        let service = line.service.as_ref().map_or("", |(_, names)| names.get(locale));
        csv.row([
            entry.seq.to_string().as_str(),
            &exact(entry.at),
            &moment(entry.at, &self.zone, locale),
            kind_label(entry.subject_kind, locale),
            &said.text,
            &said.note,
            &car.map(Vehicle::label).unwrap_or_default(),
            service,
            &who(line, self.eyes == Eyes::Owner, locale),
            entry.kind.as_str(),
            &step(entry),
            &entry.id.to_string(),
        ])
    }
}

fn heads(locale: Locale) -> [&'static str; 12] {
    [
        locale.t("Número", "Number"),
        locale.t("Momento (UTC)", "Moment (UTC)"),
        locale.t("Momento", "Moment"),
        locale.t("Sobre", "About"),
        locale.t("Qué pasó", "What happened"),
        locale.t("Detalle", "Detail"),
        locale.t("Coche", "Car"),
        locale.t("Servicio", "Service"),
        locale.t("Quién", "Who"),
        locale.t("Código", "Code"),
        locale.t("Cambio de estado", "Change of state"),
        locale.t("Referencia", "Reference"),
    ]
}
