//! `/admin/reglas`: changes of the catalogue that cases have shown to be needed, for an administrator to decide.

use super::actions::{code_of, trouble};
use crate::ui::{ButtonKind, Crumb, EmptyState, Fact, KeyValueList, PageHeader};
use crate::web::dates::moment;
use crate::web::{FormState, Goto, Message, Page, PageResult, Refusal, Role, Section, WebContext, submit};
use caas::catalogue::Snapshot;
use caas::kernel::locale::Locale;
use caas::support::model::{RuleChange, SupportError};
use caas::ways_out::{self, RuleProposal};
use leptos::prelude::*;

/// Proposals shown; the rest waits its turn.
const SHOWN: i64 = 50;
const HERE: &str = "/admin/reglas";
const FORM: &str = "reglas";

/// The page.
pub(super) async fn rules_page(web: WebContext) -> PageResult {
    let user = web.require_role(&[Role::Administrator])?;
    let locale = web.locale;
    let proposals = ways_out::rule_proposals(&mut web.caas.db.read().await?, SHOWN).await?;
    let catalogue = web.caas.catalogue().await?;
    let title = locale.t("Cambios de reglas del catálogo", "Changes of catalogue rules");
    let lead = locale.t(
        "Propuestos por soporte a partir de un caso. Al aprobar, el catálogo cambia enseguida; lo que ya funciona sigue.",
        "Proposed by support from a case. Once approved, the catalogue changes at once; what runs goes on.",
    );
    let crumbs = vec![Crumb::new("/admin", locale.t("Administración", "Administration"))];
    let form = web.form(FORM);
    let list = if proposals.is_empty() {
        view! {
            <EmptyState title=locale.t("Nada que decidir", "Nothing to decide")>
                <p>{locale.t("Cuando soporte proponga un cambio, aparecerá aquí.", "When support proposes a change, it appears here.")}</p>
            </EmptyState>
        }
        .into_any()
    } else {
        let items = proposals.iter().map(|one| item(one, &catalogue, &user.time_zone, locale)).collect_view();
        view! { <div class="stack">{items}</div> }.into_any()
    };
    let body = view! {
        <PageHeader title=title lead=lead crumbs=crumbs crumbs_label=locale.t("Estás en", "You are in")/>
        {trouble(&form, locale)}
        {list}
    };
    Ok(Page::new(title, body).class("page page--narrow").section(Section::Admin))
}

fn item(one: &RuleProposal, catalogue: &Snapshot, zone: &str, locale: Locale) -> AnyView {
    let service = one.service_names.0.get(locale).to_owned();
    let facts = vec![
        Fact::code(locale.t("Caso", "Case"), one.number.clone()),
        Fact::text(locale.t("Lo propone", "Proposed by"), one.proposed_by_name.clone()),
        Fact::text(locale.t("Cuándo", "When"), moment(one.proposed_at, zone, locale)),
    ];
    let (id, other) = (one.id.to_string(), one.id.to_string());
    let title = format!("{service} {}", change_words(&one.change.0, catalogue, locale));
    let approve = format!("{}: {title}", locale.t("Aprobar", "Approve"));
    let refuse = format!("{}: {title}", locale.t("Rechazar", "Refuse"));
    view! {
        <section class="card stack">
            <h2 class="card__title">{title}</h2>
            <KeyValueList facts=facts/>
            <div class="actions">
                <form method="post" action="/api/admin/regla">
                    <input type="hidden" name="id" value=id/>
                    <input type="hidden" name="decision" value="APPROVE"/>
                    <button class=ButtonKind::Primary.class() aria-label=approve>{locale.t("Aprobar", "Approve")}</button>
                </form>
                <form method="post" action="/api/admin/regla">
                    <input type="hidden" name="id" value=other/>
                    <input type="hidden" name="decision" value="REFUSE"/>
                    <button class=ButtonKind::Secondary.class() aria-label=refuse>{locale.t("Rechazar", "Refuse")}</button>
                </form>
            </div>
        </section>
    }
    .into_any()
}

fn change_words(change: &RuleChange, catalogue: &Snapshot, locale: Locale) -> String {
    match change {
        RuleChange::NotForModel { model } => {
            let name = catalogue.models.iter().find(|one| one.code == *model).map_or(model.as_str(), |one| &one.name);
            format!("{} {name}", locale.t("no sirve para", "does not fit"))
        }
        RuleChange::FirmwareFrom { version } => {
            format!("{} {version}", locale.t("necesita al menos el software", "needs at least the software"))
        }
        RuleChange::ConflictsWith { service } => {
            let name = catalogue.services.iter().find(|one| one.id == *service);
            let name = name.map_or_else(|| service.to_string(), |one| one.name.get(locale).to_owned());
            format!("{} {name}", locale.t("choca con", "conflicts with"))
        }
    }
}

/// Approves a change or refuses it.
#[server(endpoint = "admin/regla")]
pub async fn decide_rule(
    #[server(default)] id: String,
    #[server(default)] decision: String,
) -> Result<(), ServerFnError> {
    submit(async move |web| {
        let admin = web.require_role(&[Role::Administrator])?.id;
        let id = id.parse().map_err(|_| Refusal::NotFound)?;
        let approve = match decision.as_str() {
            "APPROVE" => true,
            "REFUSE" => false,
            _ => return Err(Refusal::NotFound),
        };
        match ways_out::decide_catalogue_rule(&web.caas, admin, id, approve).await? {
            Ok(()) => Ok(Goto::to(HERE).toast(Message::Saved)),
            Err(SupportError::NotFound) => Err(Refusal::NotFound),
            Err(refusal) => Ok(Goto::back(HERE, FormState::new(FORM).wrong("", code_of(&refusal)))),
        }
    })
    .await
}
