//! A work list as an address: `/soporte?lista=vencidos&texto=VSS…`. The same query stands on the pages of cases, so that
//! the way back leads to the list somebody came from.

use crate::web::WebContext;
use caas::kernel::ids::UserId;
use caas::kernel::locale::Locale;
use caas::support::model::{PageKey, Priority, Queue, Team, TicketFilter, TicketSort};
use url::form_urlencoded;

/// The longest text that is searched for.
const LONGEST_SEARCH: usize = 120;

/// The work lists.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum WorkList {
    /// The OTA queue.
    #[default]
    Ota,
    /// The general queue.
    General,
    /// Of whoever reads.
    Mine,
    /// Of nobody.
    Unassigned,
    /// Overdue.
    Overdue,
    /// Waiting for the customer.
    Waiting,
    /// Solved.
    Solved,
}

impl WorkList {
    pub(super) const ALL: [WorkList; 7] = [
        WorkList::Ota,
        WorkList::General,
        WorkList::Mine,
        WorkList::Unassigned,
        WorkList::Overdue,
        WorkList::Waiting,
        WorkList::Solved,
    ];

    /// As the address names it.
    pub(super) const fn slug(self) -> &'static str {
        match self {
            WorkList::Ota => "ota",
            WorkList::General => "general",
            WorkList::Mine => "mios",
            WorkList::Unassigned => "sin-asignar",
            WorkList::Overdue => "vencidos",
            WorkList::Waiting => "esperando",
            WorkList::Solved => "resueltos",
        }
    }

    fn of(slug: &str) -> WorkList {
        WorkList::ALL.into_iter().find(|list| list.slug() == slug).unwrap_or_default()
    }

    /// What people call it.
    pub(super) const fn words(self, locale: Locale) -> &'static str {
        match self {
            WorkList::Ota => locale.t("Cola OTA", "OTA queue"),
            WorkList::General => locale.t("Cola general", "General queue"),
            WorkList::Mine => locale.t("Míos", "Mine"),
            WorkList::Unassigned => locale.t("Sin asignar", "Unassigned"),
            WorkList::Overdue => locale.t("Vencidos", "Overdue"),
            WorkList::Waiting => locale.t("Esperando al cliente", "Waiting for customer"),
            WorkList::Solved => locale.t("Resueltos", "Solved"),
        }
    }
}

/// What a list shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Query {
    pub list: WorkList,
    pub text: String,
    pub reason: String,
    pub model: String,
    pub service: String,
    pub priority: Option<Priority>,
    pub team: Option<Team>,
    pub sort: Option<TicketSort>,
    pub after: Option<PageKey>,
}

impl Query {
    /// Reads the request's query. What makes no sense is left out.
    pub(super) fn of(web: &WebContext) -> Query {
        Query::parse(&web.query)
    }

    /// Reads a query without `?`.
    pub(super) fn parse(text: &str) -> Query {
        let mut query = Query::default();
        for (name, value) in form_urlencoded::parse(text.as_bytes()) {
            let value = value.trim();
            let short = || value.chars().take(LONGEST_SEARCH).collect::<String>();
            match name.as_ref() {
                "lista" => query.list = WorkList::of(value),
                "texto" => query.text = short(),
                "motivo" => query.reason = short(),
                "modelo" => query.model = short(),
                "servicio" => query.service = short(),
                "prioridad" => query.priority = value.parse().ok(),
                "equipo" => query.team = value.parse().ok(),
                "orden" => query.sort = value.parse().ok(),
                "tras" => query.after = value.parse().ok(),
                _ => {}
            }
        }
        query
    }

    /// The query as an address has it, without `?`; empty for the list that stands there by itself.
    pub(super) fn encoded(&self) -> String {
        let mut out = form_urlencoded::Serializer::new(String::new());
        let mut put = |name: &str, value: &str| {
            if !value.is_empty() {
                out.append_pair(name, value);
            }
        };
        put("lista", if self.list == WorkList::default() { "" } else { self.list.slug() });
        put("texto", &self.text);
        put("motivo", &self.reason);
        put("modelo", &self.model);
        put("servicio", &self.service);
        put("prioridad", self.priority.map_or("", Priority::as_str));
        put("equipo", self.team.map_or("", Team::as_str));
        put("orden", self.sort.map_or("", TicketSort::as_str));
        put("tras", &self.after.map(|key| key.to_string()).unwrap_or_default());
        out.finish()
    }

    /// An address with this query.
    pub(super) fn at(&self, path: &str) -> String {
        match self.encoded() {
            query if query.is_empty() => path.to_owned(),
            query => format!("{path}?{query}"),
        }
    }

    /// The page of a case, in this list.
    pub(super) fn case(&self, number: &str) -> String {
        self.at(&format!("/soporte/{number}"))
    }

    /// The same from the beginning.
    pub(super) fn first(&self) -> Query {
        Query { after: None, ..self.clone() }
    }

    /// Another work list, with nothing searched.
    pub(super) fn switched(list: WorkList) -> Query {
        Query { list, ..Query::default() }
    }

    /// Whether anything is searched or filtered.
    pub(super) fn is_narrowed(&self) -> bool {
        *self != Query { list: self.list, sort: self.sort, after: self.after, ..Query::default() }
    }

    /// What is asked of the database. A search goes through all cases, whichever list it was typed in.
    pub(super) fn filter(&self, agent: UserId) -> TicketFilter {
        let list = if self.text.is_empty() { Some(self.list) } else { None };
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        TicketFilter {
            queue: match list {
                Some(WorkList::Ota) => Some(Queue::Ota),
                Some(WorkList::General) => Some(Queue::General),
                _ => None,
            },
            team: self.team,
            mine: (list == Some(WorkList::Mine)).then_some(agent),
            unassigned: list == Some(WorkList::Unassigned),
            overdue: list == Some(WorkList::Overdue),
            waiting: list == Some(WorkList::Waiting),
            solved: list == Some(WorkList::Solved),
            text: self.text.clone(),
            reason: some(&self.reason),
            model: some(&self.model),
            service: self.service.parse().ok(),
            priority: self.priority,
            sort: self.sort,
            after: self.after,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_reads_back() {
        let query = Query {
            list: WorkList::Overdue,
            text: "VSSZZZ & más".to_owned(),
            reason: "MODULE_FAULT".to_owned(),
            priority: Some(Priority::High),
            sort: Some(TicketSort::Due),
            ..Query::default()
        };
        assert_eq!(Query::parse(&query.encoded()), query);
        assert_eq!(Query::default().at("/soporte"), "/soporte");
    }

    #[test]
    fn nonsense_is_left_out() {
        let query = Query::parse("lista=nada&prioridad=%3Cscript%3E&tras=1.2&orden=RANDOM&otra=cosa");
        assert_eq!(query, Query::default());
    }

    #[test]
    fn a_search_goes_through_every_list() {
        let agent = UserId(uuid::Uuid::nil());
        let mine = Query::parse("lista=mios").filter(agent);
        assert_eq!(mine.mine, Some(agent));
        let found = Query::parse("lista=mios&texto=OTA-000001").filter(agent);
        assert_eq!((found.mine, found.text.as_str()), (None, "OTA-000001"));
    }
}
