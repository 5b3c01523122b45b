//! What all steps of a sale share: head, steps, foot.

use super::path;
use crate::ui::{Button, ButtonKind, ConfirmBox, Crumb, Icon, IconName, Notice, PageHeader, Tone};
use crate::web::FormState;
use caas::kernel::locale::Locale;
use caas::sales::sale::{Sale, Step};
use leptos::prelude::*;

/// A step as people read it.
pub(super) const fn step_name(step: Step, locale: Locale) -> &'static str {
    match step {
        Step::Customer => locale.t("Cliente", "Customer"),
        Step::Car => locale.t("Coche", "Car"),
        Step::Delivery => locale.t("Entrega", "Delivery"),
        Step::Plan => locale.t("Plan y precio", "Plan and price"),
        Step::Summary => locale.t("Resumen", "Summary"),
    }
}

/// Whether a step has been kept.
pub(super) fn is_kept(sale: &Sale, step: Step) -> bool {
    match step {
        Step::Customer => sale.contact.is_some(),
        Step::Car => sale.order.model_code.is_some(),
        Step::Delivery => sale.order.address.is_some(),
        Step::Plan => sale.order.plan_version_id.is_some(),
        Step::Summary => false,
    }
}

/// The head of a step's page. Without a sale it is the first step of a new one.
pub(super) fn head(sale: Option<&Sale>, current: Step, lead: &str, locale: Locale) -> AnyView {
    view! {
        {title(sale, lead, locale)}
        {steps(sale, current, locale)}
    }
    .into_any()
}

/// The head without the steps, for those who only read.
pub(super) fn title(sale: Option<&Sale>, lead: &str, locale: Locale) -> AnyView {
    let title = match sale {
        Some(sale) => format!("{} {}", locale.t("Venta", "Sale"), sale.order.number),
        None => locale.t("Venta nueva", "New sale").to_owned(),
    };
    let crumbs = vec![Crumb::new("/concesionario", locale.t("Concesionario", "Dealership"))];
    view! {
        <PageHeader title=title lead=lead crumbs=crumbs crumbs_label=locale.t("Estás en", "You are in")/>
    }
    .into_any()
}

/// The steps: those that can be gone to are links.
fn steps(sale: Option<&Sale>, current: Step, locale: Locale) -> AnyView {
    let items = Step::ALL
        .iter()
        .map(|&step| {
            let kept = sale.is_some_and(|sale| is_kept(sale, step));
            let class = match (step == current, kept) {
                (true, _) => "step step--current",
                (false, true) => "step step--done",
                (false, false) => "step",
            };
            let name = step_name(step, locale);
            let label = match sale {
                Some(sale) if step != current => {
                    let href = path(sale.order.id, step);
                    view! { <a href=href>{name}</a> }.into_any()
                }
                _ => name.into_any(),
            };
            let mark = (kept && step != current).then(|| view! { <Icon name=IconName::Done/> });
            let done = (kept && step != current)
                .then(|| view! { <span class="sr-only">{locale.t("(guardado)", "(kept)")}</span> });
            view! {
                <li class=class aria-current=(step == current).then_some("step")>
                    <span class="step__mark">{mark}</span>
                    <span class="step__label">{label}" "{done}</span>
                </li>
            }
        })
        .collect_view();
    view! {
        <nav aria-label=locale.t("Pasos de la venta", "Steps of the sale")><ol class="stepper sale-steps">{items}</ol></nav>
    }
    .into_any()
}

/// Says above a form that something in it is wrong.
pub(super) fn trouble(form: &FormState, locale: Locale) -> Option<AnyView> {
    form.has_errors().then(|| {
        let text = locale.t(
            "Este paso no se ha guardado. Revisa lo que está marcado.",
            "This step was not kept. See what is marked.",
        );
        view! { <Notice tone=Tone::Problem>{text}</Notice> }.into_any()
    })
}

/// What is wrong with a group of choices, under its legend.
pub(super) fn group_error(id: &str, error: String) -> Option<AnyView> {
    let id = id.to_owned();
    (!error.is_empty()).then(|| {
        view! { <p class="field__error" id=id><Icon name=IconName::Warning/><span>{error}</span></p> }.into_any()
    })
}

/// How to throw the draft away.
pub(super) fn discard(sale: &Sale, locale: Locale) -> AnyView {
    let id = sale.order.id.to_string();
    view! {
        <div class="sale-foot">
            <ConfirmBox opener=locale.t("Descartar la venta", "Discard the sale")
                title=locale.t("Se borra lo que has escrito. No se puede deshacer.", "What you typed is deleted. It can't be undone.")>
                <form method="post" action="/api/venta/descartar">
                    <input type="hidden" name="id" value=id/>
                    <Button kind=ButtonKind::Danger>{locale.t("Descartar y borrar", "Discard and delete")}</Button>
                </form>
            </ConfirmBox>
        </div>
    }
    .into_any()
}
