//! Whom the registration names and where they live: what the customer can put right on the page of the papers, and the
//! fields that the dealership's page has too.

#![expect(clippy::too_many_arguments, reason = "one for each field of the form")]

use super::{customer, path_of};
use crate::ui::{Button, ButtonKind, Fact, Field, KeyValueList};
use crate::web::{FormState, Goto, Message, Refusal, WebContext, submit};
use caas::kernel::ids::OrderId;
use caas::kernel::locale::Locale;
use caas::kernel::when::calendar_day;
use caas::sales::documents::country_of;
use caas::sales::model::{Address, Owner, OwnerKind};
use caas::sales::orders::Order;
use caas::sales::registration::owner::{OwnerField, OwnerProblem};
use caas::sales::registration::{self, Registration, SubmitRefusal};
use caas::sales::who::Who;
use chrono::NaiveDate;
use leptos::prelude::*;

/// The form's name in what comes back with it, and its place on the page.
const FORM: &str = "titular";

/// Which fields an order's owner has: a company was not born.
fn fields_of(order: &Order) -> impl Iterator<Item = OwnerField> + use<> {
    let kind = kind_of(order);
    let all = OwnerField::ALL.iter().copied();
    all.filter(move |field| kind == OwnerKind::Individual || *field != OwnerField::DateOfBirth)
}

fn kind_of(order: &Order) -> OwnerKind {
    order.owner.as_ref().map_or(OwnerKind::Individual, |owner| owner.kind)
}

/// What is known of a field.
fn known(order: &Order, field: OwnerField) -> String {
    let (owner, address) = (order.owner.as_ref(), order.address.as_ref());
    let text = match field {
        OwnerField::Name => owner.map(|owner| owner.name.clone()),
        OwnerField::TaxId => owner.map(|owner| owner.tax_id.clone()),
        OwnerField::DateOfBirth => owner.and_then(|owner| owner.date_of_birth.clone()),
        OwnerField::DriverLicense => owner.and_then(|owner| owner.driver_license.clone()),
        OwnerField::Street => address.map(|address| address.street.clone()),
        OwnerField::City => address.map(|address| address.city.clone()),
        OwnerField::PostalCode => address.map(|address| address.postal_code.clone()),
    };
    text.unwrap_or_default()
}

/// The fields of a form that puts owner and address right: what is known, or what came back with what is wrong.
pub(in crate::pages) fn fields(order: &Order, form: &FormState, locale: Locale) -> AnyView {
    let country = country_of(order);
    let came_back = form.has_errors();
    fields_of(order)
        .map(|field| {
            let name = field.as_str();
            let value = if came_back { form.value(name) } else { known(order, field) };
            let error =
                form.problem::<OwnerProblem>(name).map(|problem| problem.text(field, locale)).unwrap_or_default();
            let help = match field {
                OwnerField::TaxId => country.tax_id_hint(kind_of(order), locale).to_owned(),
                OwnerField::PostalCode => country.postal_code_example.to_owned(),
                _ => String::new(),
            };
            let kind = if field == OwnerField::DateOfBirth { "date" } else { "text" };
            let id = format!("corregir-{name}");
            view! { <Field label=field.label(locale) name=name kind=kind value=value help=help error=error id=id maxlength=120/> }
        })
        .collect_view()
        .into_any()
}

/// What was typed, as it comes back with a form.
#[derive(Clone)]
pub(in crate::pages) struct Typed {
    pub name: String,
    pub tax_id: String,
    pub date_of_birth: String,
    pub driver_license: String,
    pub street: String,
    pub city: String,
    pub postal_code: String,
}

impl Typed {
    /// The same for the page that shows the form again.
    pub(in crate::pages) fn form(&self, name: &str) -> FormState {
        FormState::new(name)
            .with("name", &self.name)
            .with("tax_id", &self.tax_id)
            .with("date_of_birth", &self.date_of_birth)
            .with("driver_license", &self.driver_license)
            .with("street", &self.street)
            .with("city", &self.city)
            .with("postal_code", &self.postal_code)
    }

    /// The same as an owner and an address of this order.
    pub(in crate::pages) fn of(self, order: &Order) -> (Owner, Address) {
        let some = |text: String| Some(text).filter(|text| !text.trim().is_empty());
        let owner = Owner {
            kind: kind_of(order),
            name: self.name,
            tax_id: self.tax_id,
            date_of_birth: some(self.date_of_birth),
            driver_license: some(self.driver_license),
            insurance: None,
        };
        let country = order.country.clone().unwrap_or_default();
        (owner, Address { street: self.street, city: self.city, postal_code: self.postal_code, country })
    }
}

/// A field's value as people read it.
fn shown(field: OwnerField, value: String, locale: Locale) -> String {
    match value.parse::<NaiveDate>() {
        Ok(day) if field == OwnerField::DateOfBirth => calendar_day(day, locale),
        _ => value,
    }
}

/// On the page of the papers: the data, and the form that puts them right while that is possible.
pub(super) fn panel(
    web: &WebContext,
    who: &Who,
    order: &Order,
    registration: Option<&Registration>,
) -> Option<AnyView> {
    if order.status.is_cancelled() {
        return None;
    }
    let locale = web.locale;
    let facts = fields_of(order)
        .map(|field| (field, known(order, field)))
        .filter(|(_, value)| !value.is_empty())
        .map(|(field, value)| Fact::text(field.label(locale), shown(field, value, locale)))
        .collect::<Vec<_>>();
    let is_open = registration::takes_corrections(who, order, registration);
    let form = web.form(FORM);
    let came_back = form.has_errors();
    let correct = is_open.then(|| {
        let (opener, save) =
            (locale.t("Corregir estos datos", "Put these data right"), locale.t("Guardar los datos", "Keep the data"));
        view! {
            <details class="confirm" open=came_back>
                <summary class="btn btn--secondary">{opener}</summary>
                <form class="confirm__box form" method="post" action="/api/pedidos/titular">
                    <input type="hidden" name="order" value=order.id.to_string()/>
                    {fields(order, &form, locale)}
                    <Button kind=ButtonKind::Primary>{save}</Button>
                </form>
            </details>
        }
    });
    let closed = (!is_open && !order.status.is_over()).then(|| {
        let text = locale.t(
            "Con estos datos se ha presentado la matriculación. Si algo está mal, díselo a tu concesionario.",
            "The registration was submitted with these data. If something is wrong, tell your dealership.",
        );
        view! { <p class="muted small">{text}</p> }
    });
    Some(
        view! {
            <section class="card stack stack--s" id=FORM aria-labelledby="titular-titulo">
                <h2 id="titular-titulo">{locale.t("A nombre de quién se matricula", "In whose name it is registered")}</h2>
                <KeyValueList facts=facts/>
                {correct}{closed}
            </section>
        }
        .into_any(),
    )
}

/// Puts the owner's data of one's own order right. A registration that waited for it goes on by itself.
#[server(endpoint = "pedidos/titular")]
pub async fn correct_own_data(
    #[server(default)] order: String,
    #[server(default)] name: String,
    #[server(default)] tax_id: String,
    #[server(default)] date_of_birth: String,
    #[server(default)] driver_license: String,
    #[server(default)] street: String,
    #[server(default)] city: String,
    #[server(default)] postal_code: String,
) -> Result<(), ServerFnError> {
    submit(async move |web| {
        let who = Who::Customer(customer(&web)?.id);
        let order: OrderId = order.parse().map_err(|_| Refusal::NotFound)?;
        let typed = Typed { name, tax_id, date_of_birth, driver_license, street, city, postal_code };
        let form = typed.form(FORM);
        let there = format!("{}/documentos#{FORM}", path_of(order));
        let mut tx = web.caas.db.begin().await?;
        let Some(found) = who.order(&mut tx, order).await? else { return Err(Refusal::Hidden("order")) };
        let (owner, address) = typed.of(&found);
        match registration::correct(&web.caas, &mut tx, &who, order, &owner, &address).await? {
            Ok(()) => {
                tx.commit().await?;
                Ok(Goto::to(there).toast(Message::Saved))
            }
            Err(SubmitRefusal::NotFound) => Err(Refusal::Hidden("order")),
            Err(SubmitRefusal::Fields(problems)) => {
                let form = problems.into_iter().fold(form, |form, one| form.wrong(one.field.as_str(), one.problem));
                Ok(Goto::back(there, form))
            }
            Err(_) => Ok(Goto::to(there).toast(Message::TooLateToChange)),
        }
    })
    .await
}
