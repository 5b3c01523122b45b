//! `/cambio-de-dueno`: support, or the dealership that sold a car, begins a change of owner, also for a car whose owner's
//! account was erased.

use super::hand_over::{FORM, code_box, fields, offered};
use crate::ui::{Button, ButtonKind, Field, Notice, PageHeader, Tone};
use crate::web::{FieldError, FormState, Goto, Page, PageResult, Refusal, Role, WebContext, submit};
use caas::rights::owner_change::{self, NewOwner, Starter};
use caas::vehicles::find_by_vin;
use leptos::prelude::*;

const HERE: &str = "/cambio-de-dueno";

/// Who asks: support for any car, a dealership for those it sold.
fn starter(web: &WebContext) -> Result<Starter, Refusal> {
    let user = web.require_role(&[Role::Support, Role::Dealer])?;
    match (user.role, user.dealership_id) {
        (Role::Dealer, Some(dealership)) => Ok(Starter::Dealer(user.id, dealership)),
        (Role::Support, _) => Ok(Starter::Support(user.id)),
        _ => Err(Refusal::Hidden("role")),
    }
}

pub(super) async fn staff_page(web: WebContext) -> PageResult {
    starter(&web)?;
    let locale = web.locale;
    let form = web.form(FORM);
    let all = form.error(locale, "");
    let all = (!all.is_empty()).then(|| view! { <Notice tone=Tone::Problem>{all}</Notice> });
    let title = locale.t("Cambio de dueño de un coche", "Change of a car's owner");
    let lead = locale.t(
        "Cuando el dueño no puede empezarlo por sí mismo. El dueño de ahora recibe un aviso y puede pararlo.",
        "When the owner can't begin it. The present owner is told and can stop it.",
    );
    let body = view! {
        <div class="stack stack--l">
            <PageHeader title=title lead=lead/>
            {code_box(&web)}
            <section class="card stack" id="traspaso">
                {all}
                <form class="form" method="post" action="/api/traspaso/empezar">
                    <Field label=locale.t("Bastidor (VIN)", "VIN") name="vin" value=form.value("vin") error=form.error(locale, "vin")
                        code=true autocomplete="off" required=true maxlength=17/>
                    {fields(&web, &form)}
                    <div class="form__actions"><Button kind=ButtonKind::Primary>{locale.t("Ofrecer el coche", "Offer the car")}</Button></div>
                </form>
            </section>
        </div>
    };
    Ok(Page::new(title, body).class("page page--narrow"))
}

/// Begins a change of owner for a customer.
#[server(endpoint = "traspaso/empezar")]
pub async fn begin_owner_change(
    #[server(default)] vin: String,
    #[server(default)] name: String,
    #[server(default)] email: String,
) -> Result<(), ServerFnError> {
    submit(async move |web| {
        let who = starter(&web)?;
        let form = FormState::new(FORM).with("vin", &vin).with("name", &name).with("email", &email);
        let mut tx = web.caas.db.read().await?;
        let car = match find_by_vin(&mut tx, &vin.trim().to_uppercase()).await? {
            Some(id) => owner_change::car_of(&mut tx, who, id).await?,
            None => None,
        };
        drop(tx);
        // A car of another dealership does not exist here.
        let Some(car) = car else {
            return Ok(Goto::back(format!("{HERE}#traspaso"), form.wrong("vin", FieldError::Invalid)));
        };
        let to = NewOwner { name, email, locale: web.locale };
        let outcome = owner_change::offer(&web.caas, who, car.id, &to).await?;
        offered(outcome, HERE.to_owned(), form)
    })
    .await
}
