//! What the steps of a sale ask for, and what can be wrong with an answer.

use crate::accounts::{Country, Email, PersonName, Phone, Problem};
use crate::kernel::locale::Locale;
use crate::sales::model::{Address, DeliveryMode, Owner, OwnerKind};
use crate::sales::registration::countries;
use chrono::{Months, NaiveDate};

/// Characters of a street, a city or a company's name.
const LONGEST: usize = 120;
/// Who is younger can't register a car, in years.
const OF_AGE: u32 = 18;

codes! {
    /// A step of the form. The codes are the addresses of the pages.
    pub enum Step {
        /// Who buys.
        Customer = "cliente",
        /// Which car.
        Car = "coche",
        /// How it comes to the customer.
        Delivery = "entrega",
        /// What it costs.
        Plan = "plan",
        /// All of it together.
        Summary = "resumen",
    }
}

codes! {
    /// A field of the form.
    pub enum SaleField {
        /// The customer's name.
        Name = "name",
        /// The customer's address for mails.
        Email = "email",
        /// The customer's phone.
        Phone = "phone",
        /// The language to write in.
        Language = "language",
        /// Where the car will be registered.
        Country = "country",
        /// Person or company.
        OwnerKind = "owner_kind",
        /// The name in the papers.
        OwnerName = "owner_name",
        /// The owner's tax id.
        TaxId = "tax_id",
        /// The owner's birthday.
        BirthDate = "birth_date",
        /// The owner's driving licence.
        Licence = "licence",
        /// The model.
        Model = "model",
        /// The colour.
        Colour = "colour",
        /// Factory options.
        Options = "options",
        /// A car from stock.
        Stock = "stock",
        /// To the door or picked up.
        Mode = "mode",
        /// Street and number.
        Street = "street",
        /// City.
        City = "city",
        /// Postal code.
        PostalCode = "postal_code",
        /// The commercial plan.
        Plan = "plan",
    }
}

impl SaleField {
    /// The step that asks for it.
    pub const fn step(self) -> Step {
        match self {
            SaleField::Model | SaleField::Colour | SaleField::Options | SaleField::Stock => Step::Car,
            SaleField::Mode | SaleField::Street | SaleField::City | SaleField::PostalCode => Step::Delivery,
            SaleField::Plan => Step::Plan,
            _ => Step::Customer,
        }
    }

    /// What the field is called.
    pub const fn label(self, locale: Locale) -> &'static str {
        match self {
            SaleField::Name => locale.t("Nombre", "Name"),
            SaleField::Email => locale.t("Correo", "Email"),
            SaleField::Phone => locale.t("Teléfono", "Phone"),
            SaleField::Language => locale.t("Idioma", "Language"),
            SaleField::Country => locale.t("País de matriculación", "Country of registration"),
            SaleField::OwnerKind => locale.t("Titular", "Owner"),
            SaleField::OwnerName => locale.t("Nombre del titular", "Owner's name"),
            SaleField::TaxId => locale.t("Identificación fiscal", "Tax id"),
            SaleField::BirthDate => locale.t("Fecha de nacimiento", "Date of birth"),
            SaleField::Licence => locale.t("Permiso de conducir", "Driving licence"),
            SaleField::Model => locale.t("Modelo", "Model"),
            SaleField::Colour => locale.t("Color", "Colour"),
            SaleField::Options => locale.t("Opciones", "Options"),
            SaleField::Stock => locale.t("Coche de existencias", "Car from stock"),
            SaleField::Mode => locale.t("Forma de entrega", "Way of delivery"),
            SaleField::Street => locale.t("Calle y número", "Street and number"),
            SaleField::City => locale.t("Ciudad", "City"),
            SaleField::PostalCode => locale.t("Código postal", "Postal code"),
            SaleField::Plan => locale.t("Plan comercial", "Commercial plan"),
        }
    }
}

codes! {
    /// What is wrong with a field.
    pub enum SaleProblem {
        /// Nothing was typed or chosen.
        Missing = "SALE_MISSING",
        /// Longer than anything real.
        TooLong = "SALE_TOO_LONG",
        /// No address that mail can be sent to.
        Email = "SALE_EMAIL",
        /// Characters that no name has.
        Name = "SALE_NAME",
        /// Not in international form.
        Phone = "SALE_PHONE",
        /// Not one of the choices.
        Choice = "SALE_CHOICE",
        /// The address can't be a customer's.
        NoCustomer = "SALE_NO_CUSTOMER",
        /// No tax id of that country.
        TaxId = "SALE_TAX_ID",
        /// No day, or not one on which a person of age was born.
        BirthDate = "SALE_BIRTH_DATE",
        /// No postal code of that country.
        PostalCode = "SALE_POSTAL_CODE",
        /// Nothing is sold in that country now.
        NoPlan = "SALE_NO_PLAN",
        /// The car is not in stock any more.
        StockGone = "SALE_STOCK_GONE",
        /// The plan does not sell this car in this configuration.
        NotInPlan = "SALE_NOT_IN_PLAN",
        /// The plan has new prices, is closed, or is another country's.
        PlanChanged = "SALE_PLAN_CHANGED",
    }
}

impl SaleProblem {
    /// What is wrong and what to do, in one sentence.
    pub const fn text(self, locale: Locale) -> &'static str {
        match self {
            SaleProblem::Missing => locale.t("Falta este dato.", "This is missing."),
            SaleProblem::TooLong => Problem::TooLong.text(locale),
            SaleProblem::Email => Problem::EmailInvalid.text(locale),
            SaleProblem::Name => Problem::NameInvalid.text(locale),
            SaleProblem::Phone => Problem::PhoneInvalid.text(locale),
            SaleProblem::Choice => Problem::UnknownChoice.text(locale),
            SaleProblem::NoCustomer => locale.t(
                "Con este correo no se puede registrar a un cliente. Pide otro.",
                "A customer can't be registered with this address. Ask for another one.",
            ),
            SaleProblem::TaxId => locale.t(
                "No es una identificación fiscal válida del país elegido. Revisa los números y la letra.",
                "This is no valid tax id of the country chosen. Check its digits and letters.",
            ),
            SaleProblem::BirthDate => locale.t(
                "Escribe la fecha de nacimiento. Quien matricula un coche tiene que ser mayor de edad.",
                "Enter the date of birth. Whoever registers a car has to be of age.",
            ),
            SaleProblem::PostalCode => {
                locale.t("No es un código postal de ese país.", "This is no postal code of that country.")
            }
            SaleProblem::NoPlan => locale.t(
                "Ahora no hay ningún plan para ese país.",
                "There is no plan for that country now.",
            ),
            SaleProblem::StockGone => locale.t(
                "Este coche ya no está disponible: se acaba de vender o ya no está en tu concesionario. Tu borrador sigue aquí; elige otro coche.",
                "This car is not available any more: it has just been sold or is not at your dealership now. Your draft is still here; choose another car.",
            ),
            SaleProblem::NotInPlan => locale.t(
                "Este plan no vende el coche con ese color y esas opciones.",
                "This plan does not sell the car in that colour with those options.",
            ),
            SaleProblem::PlanChanged => locale.t(
                "El plan ha cambiado desde que lo elegiste. Mira el precio de ahora y elige de nuevo.",
                "The plan has changed since you chose it. Look at today's price and choose again.",
            ),
        }
    }
}

impl From<Problem> for SaleProblem {
    fn from(problem: Problem) -> SaleProblem {
        match problem {
            Problem::Missing => SaleProblem::Missing,
            Problem::TooLong => SaleProblem::TooLong,
            Problem::EmailInvalid => SaleProblem::Email,
            Problem::NameInvalid => SaleProblem::Name,
            Problem::PhoneInvalid => SaleProblem::Phone,
            _ => SaleProblem::Choice,
        }
    }
}

/// What is wrong with which field; the first problem of each.
pub type Problems = Vec<(SaleField, SaleProblem)>;

/// Gathers what is wrong, so that all of it is said at once.
#[derive(Default)]
pub(super) struct Findings(pub(super) Problems);

impl Findings {
    pub(super) fn note(&mut self, field: SaleField, problem: SaleProblem) {
        if !self.0.iter().any(|(known, _)| *known == field) {
            self.0.push((field, problem));
        }
    }

    fn check<T, P: Into<SaleProblem>>(&mut self, field: SaleField, parsed: Result<T, P>) -> Option<T> {
        parsed.map_err(|problem| self.note(field, problem.into())).ok()
    }

    fn line(&mut self, field: SaleField, typed: &str) -> String {
        let text = typed.split_whitespace().collect::<Vec<_>>().join(" ");
        if text.is_empty() {
            self.note(field, SaleProblem::Missing);
        } else if text.chars().count() > LONGEST {
            self.note(field, SaleProblem::TooLong);
        } else if text.chars().any(char::is_control) {
            self.note(field, SaleProblem::Name);
        }
        text
    }
}

/// Who buys, as typed.
#[derive(Clone, Debug, Default)]
pub struct CustomerForm {
    /// The customer's name.
    pub name: String,
    /// Where mails go.
    pub email: String,
    /// For the driver and for text messages.
    pub phone: String,
    /// `es` or `en`.
    pub language: String,
    /// Where the car will be registered, ISO 3166-1 alpha-2.
    pub country: String,
    /// INDIVIDUAL or COMPANY.
    pub owner_kind: String,
    /// The name in the papers; the customer's when nothing was typed and the owner is a person.
    pub owner_name: String,
    /// The owner's tax id.
    pub tax_id: String,
    /// YYYY-MM-DD, for persons.
    pub birth_date: String,
    /// The number of the driving licence, or nothing.
    pub licence: String,
}

/// Who buys, understood.
#[derive(Clone, Debug)]
pub(super) struct Buyer {
    pub(super) name: String,
    pub(super) email: String,
    pub(super) phone: String,
    pub(super) locale: Locale,
    pub(super) country: &'static str,
    pub(super) owner: Owner,
}

impl CustomerForm {
    /// Reads what was typed. `today` decides who is of age.
    pub(super) fn read(&self, today: NaiveDate, found: &mut Findings) -> Option<Buyer> {
        use SaleField as F;
        let name = found.check(F::Name, PersonName::parse(&self.name)).map(|name| name.as_str().to_owned());
        let email = found.check(F::Email, Email::parse(&self.email)).map(|email| email.as_str().to_owned());
        let phone = found.check(F::Phone, Phone::parse(&self.phone)).flatten();
        if self.phone.trim().is_empty() {
            found.note(F::Phone, SaleProblem::Missing);
        }
        let locale = found.check(F::Language, self.language.parse::<Locale>().map_err(|_| SaleProblem::Choice));
        let country = found.check(F::Country, Country::by_code(&self.country).ok_or(SaleProblem::Choice));
        let owner = self.owner(country, today, found);
        Some(Buyer {
            name: name?,
            email: email?,
            phone: phone?.as_str().to_owned(),
            locale: locale?,
            country: country?.code,
            owner: owner?,
        })
    }

    fn owner(&self, country: Option<&Country>, today: NaiveDate, found: &mut Findings) -> Option<Owner> {
        use SaleField as F;
        let kind = found.check(F::OwnerKind, self.owner_kind.parse::<OwnerKind>().map_err(|_| SaleProblem::Choice))?;
        let is_person = kind == OwnerKind::Individual;
        let own = self.owner_name.trim();
        let name = if own.is_empty() && is_person {
            self.name.split_whitespace().collect::<Vec<_>>().join(" ")
        } else {
            found.line(F::OwnerName, own)
        };
        let tax_id = if self.tax_id.trim().is_empty() {
            found.note(F::TaxId, SaleProblem::Missing);
            None
        } else {
            let read = country.and_then(|country| countries::country(country.code).tax_id(kind, &self.tax_id).ok());
            if country.is_some() && read.is_none() {
                found.note(F::TaxId, SaleProblem::TaxId);
            }
            read
        };
        let date_of_birth = if is_person {
            found.check(F::BirthDate, of_age(&self.birth_date, today).ok_or(SaleProblem::BirthDate))
        } else {
            None
        };
        let licence = self.licence.trim();
        let driver_license = (!licence.is_empty()).then(|| found.line(F::Licence, licence));
        Some(Owner { kind, name, tax_id: tax_id?, date_of_birth, driver_license, insurance: None })
    }
}

/// A birthday of somebody of age, as it is kept.
fn of_age(typed: &str, today: NaiveDate) -> Option<String> {
    let born: NaiveDate = typed.trim().parse().ok()?;
    let grown = born.checked_add_months(Months::new(OF_AGE * 12))?;
    let oldest = today.checked_sub_months(Months::new(120 * 12))?;
    (grown <= today && born >= oldest).then(|| born.to_string())
}

/// Which car, as chosen: one to be built, or one from stock.
#[derive(Clone, Debug, Default)]
pub struct CarForm {
    /// The model's code.
    pub model: String,
    /// The colour's code.
    pub colour: String,
    /// Codes of factory options.
    pub options: Vec<String>,
    /// Id of a car from stock; then the rest does not count.
    pub stock: String,
}

/// How the car comes to the customer, as typed.
#[derive(Clone, Debug, Default)]
pub struct DeliveryForm {
    /// HOME or PICK_UP.
    pub mode: String,
    /// Street and number.
    pub street: String,
    /// City.
    pub city: String,
    /// Postal code.
    pub postal_code: String,
}

impl DeliveryForm {
    /// Reads what was typed for an address in `country`.
    pub(super) fn read(&self, country: &str, found: &mut Findings) -> Option<(DeliveryMode, Address)> {
        use SaleField as F;
        let mode = found.check(F::Mode, self.mode.parse::<DeliveryMode>().map_err(|_| SaleProblem::Choice));
        let street = found.line(F::Street, &self.street);
        let city = found.line(F::City, &self.city);
        let typed = found.line(F::PostalCode, &self.postal_code);
        let postal_code = countries::country(country).postal_code(&typed);
        if postal_code.is_none() {
            found.note(F::PostalCode, SaleProblem::PostalCode);
        }
        let address = Address { street, city, postal_code: postal_code?, country: country.to_owned() };
        Some((mode?, address))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_people_of_age_register_a_car() {
        let today: NaiveDate = "2026-11-21".parse().unwrap();
        assert_eq!(of_age("2008-11-21", today).as_deref(), Some("2008-11-21"));
        assert_eq!(of_age("2008-11-22", today), None);
        assert_eq!(of_age("1890-01-01", today), None);
        assert_eq!(of_age("ayer", today), None);
    }
}
