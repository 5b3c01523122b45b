//! What the desk's islands ask for: the list again, and the signs of a case.

use super::query::{Query, WorkList};
use super::words::{priority_words, queue_words, status_words};
use super::{age, agent, clock_words, reason};
use crate::islands::{CaseSigns, DeskLine, DeskLines, DeskTab};
use crate::web::dates::exact;
use crate::web::{Refusal, WebContext};
use caas::kernel::Timestamp;
use caas::kernel::locale::Locale;
use caas::support::model::{COUNTED_UP_TO, Counts, Priority, TicketStatus};
use caas::support::{self, TicketLine};

/// Cases on one page of a list.
pub(super) const PAGE: usize = 25;

/// A list and all counts, in finished words.
pub(crate) async fn desk_lines(web: &WebContext, query: &str) -> Result<DeskLines, Refusal> {
    lines_of(web, &Query::parse(query)).await
}

pub(super) async fn lines_of(web: &WebContext, query: &Query) -> Result<DeskLines, Refusal> {
    let (agent, _) = agent(web)?;
    let (now, locale) = (web.caas.now(), web.locale);
    let mut tx = web.caas.db.read().await?;
    let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
    let mut lines = support::list(&mut tx, &query.filter(agent.id), now, limit).await?;
    let counts = support::counts(&mut tx, agent.id, now).await?;
    drop(tx);
    let more = lines.len() > PAGE;
    lines.truncate(PAGE);
    let next = match lines.last() {
        Some(last) if more => Query { after: Some(last.key()), ..query.clone() }.at("/soporte"),
        _ => String::new(),
    };
    Ok(DeskLines {
        tabs: WorkList::ALL.into_iter().map(|list| tab(list, &counts, query, locale)).collect(),
        lines: lines.iter().map(|line| desk_line(line, query, now, locale)).collect(),
        next,
    })
}

fn tab(list: WorkList, counts: &Counts, query: &Query, locale: Locale) -> DeskTab {
    let count = match list {
        WorkList::Ota => Some(counts.ota),
        WorkList::General => Some(counts.general),
        WorkList::Mine => Some(counts.mine),
        WorkList::Unassigned => Some(counts.unassigned),
        WorkList::Overdue => Some(counts.overdue),
        WorkList::Waiting => Some(counts.waiting),
        WorkList::Solved => None,
    };
    DeskTab {
        href: Query::switched(list).at("/soporte"),
        name: list.words(locale).to_owned(),
        count: count.map(counted).unwrap_or_default(),
        is_current: query.text.is_empty() && query.list == list,
        is_urgent: list == WorkList::Overdue && counts.overdue > 0,
    }
}

/// A count as it is read: beyond some point nobody reads the number.
fn counted(count: i64) -> String {
    if count >= COUNTED_UP_TO { format!("{COUNTED_UP_TO}+") } else { count.to_string() }
}

/// A case as a list shows it.
pub(super) fn desk_line(line: &TicketLine, query: &Query, now: Timestamp, locale: Locale) -> DeskLine {
    let (clock, clock_word) = match line.status {
        TicketStatus::Open | TicketStatus::WaitingForCustomer => {
            clock_words(line.answer_due_at, line.answer_left_seconds, now, locale)
        }
        ended => {
            let (status, word) = status_words(ended, false, locale);
            (status, word.to_owned())
        }
    };
    let car = [line.model_name.clone(), line.plate.clone()].into_iter().flatten().collect::<Vec<_>>().join(" · ");
    let about = match (&line.subject, &line.service_names) {
        (Some(subject), _) => subject.clone(),
        (None, Some(names)) => names.0.get(locale).to_owned(),
        (None, None) => String::new(),
    };
    let priority = match line.priority {
        Priority::Normal => String::new(),
        priority => priority_words(priority, locale).1.to_owned(),
    };
    DeskLine {
        id: line.id.to_string(),
        href: query.first().case(&line.number),
        number: line.number.clone(),
        queue: queue_words(line.queue, locale).to_owned(),
        about,
        reason: reason(&line.reason, locale),
        car,
        customer: line.customer_name.clone(),
        assignee: line.assignee_name.clone().unwrap_or_default(),
        priority,
        is_pressing: matches!(line.priority, Priority::High | Priority::Urgent),
        opened: age(line.created_at, now, locale),
        opened_at: exact(line.created_at),
        clock_tone: clock.tone(),
        clock: clock_word,
    }
}

/// Gives a sign that somebody looks at a case, and tells who else does, and how far the case is.
pub(crate) async fn read_case_signs(web: &WebContext, number: &str) -> Result<CaseSigns, Refusal> {
    let (agent, _) = agent(web)?;
    let case = support::case(&mut web.caas.db.read().await?, number).await?.ok_or(Refusal::NotFound)?;
    support::touch_presence(&web.caas, &agent, case.ticket.id).await?;
    let mut tx = web.caas.db.read().await?;
    let present = support::presence(&mut tx, case.ticket.id, web.caas.now()).await?;
    let last = support::messages(&mut tx, &case.ticket, 1).await?.pop();
    Ok(CaseSigns {
        others: present.into_iter().filter(|one| one.agent != agent.id).map(|one| one.name).collect(),
        version: case.ticket.version,
        last_message: last.map(|message| message.id.to_string()).unwrap_or_default(),
    })
}
