//! What agents want to come back to.

use super::actions::{at_desk, staying};
use super::agent;
use crate::ui::{Status, StatusPill};
use crate::web::dates::{exact, moment};
use crate::web::{FormState, Goto, Message, Refusal, WebContext, submit};
use caas::kernel::Timestamp;
use caas::kernel::when;
use caas::support::model::{NotNow, SupportError};
use caas::support::{self, Task};
use chrono::{NaiveDate, NaiveTime};
use leptos::prelude::*;

/// Tasks, each with the button that ends it.
pub(super) fn task_list(tasks: &[Task], web: &WebContext, zone: &str, back: &str, with_case: bool) -> AnyView {
    let (locale, now) = (web.locale, web.caas.now());
    let items = tasks
        .iter()
        .map(|task| {
            let state = match task.done_at {
                Some(_) => Some((Status::Done, locale.t("Hecha", "Done"))),
                None if task.due_at <= now => Some((Status::Warning, locale.t("Toca ya", "Due now"))),
                None => None,
            };
            let state = state.map(|(status, word)| view! { <StatusPill kind=status word=word/> });
            let case = with_case.then(|| {
                let href = format!("/soporte/{}", task.number);
                view! { <a class="code" href=href>{task.number.clone()}</a>" " }
            });
            let label = format!("{}: {}", locale.t("Marcar como hecha", "Mark as done"), task.text);
            let done = task.done_at.is_none().then(|| {
                view! {
                    <form method="post" action="/api/soporte/tarea-hecha">
                        <input type="hidden" name="task" value=task.id.to_string()/>
                        <input type="hidden" name="back" value=back.to_owned()/>
                        <button class="btn btn--quiet" aria-label=label>{locale.t("Hecha", "Done")}</button>
                    </form>
                }
            });
            view! {
                <li class="line">
                    <div class="line__text">
                        <p>{case}{task.text.clone()}</p>
                        <p class="muted small"><time datetime=exact(task.due_at)>{moment(task.due_at, zone, locale)}</time></p>
                    </div>
                    <div class="line__end">{state}{done}</div>
                </li>
            }
        })
        .collect_view();
    view! { <ul class="lines">{items}</ul> }.into_any()
}

/// Plans to come back to a case.
#[server(endpoint = "soporte/tarea")]
pub async fn plan_task(
    #[server(default)] number: String,
    #[server(default)] back: String,
    #[server(default)] day: String,
    #[server(default)] time: String,
    #[server(default)] text: String,
) -> Result<(), ServerFnError> {
    submit(async move |web| {
        let desk = at_desk(&web, &number, &back).await?;
        let form = FormState::new("tarea").with("day", &day).with("time", &time).with("text", &text);
        let zone = web.user.as_ref().map_or("UTC", |user| &user.time_zone).to_owned();
        let Some(due) = moment_of(&day, &time, &zone) else {
            return desk.end(Err::<(), _>(SupportError::not_now(NotNow::Invalid)), Message::Saved, form);
        };
        let planned = support::follow_up(&web.caas, &desk.agent, desk.ticket, due, &text).await?;
        desk.end(planned, Message::Saved, form)
    })
    .await
}

/// A day and a time of day in somebody's time zone.
fn moment_of(day: &str, time: &str, zone: &str) -> Option<Timestamp> {
    let day: NaiveDate = day.parse().ok()?;
    let time = if time.is_empty() {
        NaiveTime::from_hms_opt(9, 0, 0)?
    } else {
        NaiveTime::parse_from_str(time, "%H:%M").ok()?
    };
    Some(when::start_of_day(day, zone) + time.signed_duration_since(NaiveTime::MIN))
}

/// What was planned is done.
#[server(endpoint = "soporte/tarea-hecha")]
pub async fn end_task(#[server(default)] task: String, #[server(default)] back: String) -> Result<(), ServerFnError> {
    submit(async move |web| {
        let (agent, _) = agent(&web)?;
        let id = task.parse().map_err(|_| Refusal::NotFound)?;
        match support::finish_task(&web.caas, &agent, id).await? {
            Ok(()) => Ok(Goto::to(staying(&back)).toast(Message::Saved)),
            Err(_) => Err(Refusal::NotFound),
        }
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_without_a_time_begins_at_nine() {
        let at = |day, time| moment_of(day, time, "Europe/Madrid").map(|at| at.to_rfc3339());
        assert_eq!(at("2026-11-24", "").as_deref(), Some("2026-11-24T08:00:00+00:00"));
        assert_eq!(at("2026-11-24", "16:30").as_deref(), Some("2026-11-24T15:30:00+00:00"));
        assert_eq!(at("mañana", ""), None);
        assert_eq!(at("2026-11-24", "25:00"), None);
    }
}
