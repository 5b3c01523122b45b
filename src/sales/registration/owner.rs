//! Whom the papers name, checked by the country's rules. Pure: the sale, the corrections and their pages use the same.

use super::countries::Country;
use super::tax_ids::TaxIdProblem;
use crate::kernel::locale::Locale;
use crate::sales::model::{Address, Owner, OwnerKind};
use chrono::NaiveDate;

codes! {
    /// A field of the owner's data.
    pub enum OwnerField {
        /// Full legal name.
        Name = "name",
        /// Tax id.
        TaxId = "tax_id",
        /// Date of birth.
        DateOfBirth = "date_of_birth",
        /// Number of the driving licence.
        DriverLicense = "driver_license",
        /// Street and number.
        Street = "street",
        /// City.
        City = "city",
        /// Postal code.
        PostalCode = "postal_code",
    }
}

codes! {
    /// What is wrong with a field of the owner's data.
    pub enum OwnerProblem {
        /// Nothing was typed.
        Missing = "MISSING",
        /// Longer than anything real, or with signs that no papers have.
        Unusable = "UNUSABLE",
        /// It does not look like one of this country.
        Format = "FORMAT",
        /// Its control digit or letter does not fit.
        Control = "CONTROL",
        /// No day, or none that a living owner was born on.
        Date = "DATE",
    }
}

impl OwnerField {
    /// What it is called.
    pub const fn label(self, locale: Locale) -> &'static str {
        match self {
            OwnerField::Name => locale.t("Nombre completo o razón social", "Full or company name"),
            OwnerField::TaxId => locale.t("Número fiscal", "Tax id"),
            OwnerField::DateOfBirth => locale.t("Fecha de nacimiento", "Date of birth"),
            OwnerField::DriverLicense => locale.t("Número del permiso de conducir", "Driving licence number"),
            OwnerField::Street => locale.t("Calle y número", "Street and number"),
            OwnerField::City => locale.t("Población", "City"),
            OwnerField::PostalCode => locale.t("Código postal", "Postal code"),
        }
    }
}

impl OwnerProblem {
    /// What is wrong and what to do, in one sentence.
    pub const fn text(self, field: OwnerField, locale: Locale) -> &'static str {
        match (field, self) {
            (_, OwnerProblem::Missing) => locale.t("Falta este dato.", "This is missing."),
            (OwnerField::TaxId, OwnerProblem::Control) => TaxIdProblem::Control.text(locale),
            (OwnerField::TaxId, _) => TaxIdProblem::Format.text(locale),
            (OwnerField::PostalCode, _) => locale.t(
                "No tiene la forma de un código postal de este país.",
                "It does not look like a postal code of this country.",
            ),
            (OwnerField::DateOfBirth, _) => {
                locale.t("Escribe la fecha de nacimiento completa.", "Enter the complete date of birth.")
            }
            _ => locale.t(
                "Es demasiado largo o tiene signos que los documentos no admiten.",
                "It is too long or has characters that papers don't take.",
            ),
        }
    }
}

/// One field and what is wrong with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct OwnerFieldProblem {
    /// Where.
    pub field: OwnerField,
    /// What.
    pub problem: OwnerProblem,
}

/// Owner and address the way the country writes them, or everything that is wrong with them.
///
/// `today` tells a date of birth that lies ahead.
pub fn check(
    country: &Country,
    owner: &Owner,
    address: &Address,
    today: NaiveDate,
) -> Result<(Owner, Address), Vec<OwnerFieldProblem>> {
    let mut problems = Vec::new();
    let mut fail = |field, problem| problems.push(OwnerFieldProblem { field, problem });
    let name = line(&owner.name, 120).unwrap_or_else(|problem| {
        fail(OwnerField::Name, problem);
        String::new()
    });
    let tax_id = country.tax_id(owner.kind, &owner.tax_id).unwrap_or_else(|problem| {
        let problem = match problem {
            TaxIdProblem::Missing => OwnerProblem::Missing,
            TaxIdProblem::Format => OwnerProblem::Format,
            TaxIdProblem::Control => OwnerProblem::Control,
        };
        fail(OwnerField::TaxId, problem);
        String::new()
    });
    let date_of_birth = match owner.date_of_birth.as_deref().map(str::trim).filter(|date| !date.is_empty()) {
        // A company has none, whatever the form still holds.
        Some(date) if owner.kind == OwnerKind::Individual => {
            let known = date.parse::<NaiveDate>().ok().filter(|day| *day < today && days_between(*day, today) < 45_000);
            if known.is_none() {
                fail(OwnerField::DateOfBirth, OwnerProblem::Date);
            }
            known.map(|day| day.to_string())
        }
        _ => None,
    };
    let driver_license = match owner.driver_license.as_deref().map(str::trim).filter(|number| !number.is_empty()) {
        Some(number) => match line(number, 32) {
            Ok(number) => Some(number),
            Err(problem) => {
                fail(OwnerField::DriverLicense, problem);
                None
            }
        },
        None => None,
    };
    let mut place = |field, typed: &str| {
        line(typed, 120).unwrap_or_else(|problem| {
            fail(field, problem);
            String::new()
        })
    };
    let street = place(OwnerField::Street, &address.street);
    let city = place(OwnerField::City, &address.city);
    let postal_code = country.postal_code(&address.postal_code).unwrap_or_else(|| {
        let empty = address.postal_code.trim().is_empty();
        fail(OwnerField::PostalCode, if empty { OwnerProblem::Missing } else { OwnerProblem::Format });
        String::new()
    });
    if !problems.is_empty() {
        return Err(problems);
    }
    let insurance = owner.insurance.clone();
    let owner = Owner { kind: owner.kind, name, tax_id, date_of_birth, driver_license, insurance };
    Ok((owner, Address { street, city, postal_code, country: address.country.clone() }))
}

fn days_between(from: NaiveDate, to: NaiveDate) -> i64 {
    (to - from).num_days()
}

/// One line of text with single blanks.
fn line(typed: &str, longest: usize) -> Result<String, OwnerProblem> {
    let line = typed.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.is_empty() {
        return Err(OwnerProblem::Missing);
    }
    let usable = line.chars().count() <= longest
        && line.chars().any(char::is_alphanumeric)
        && !line.chars().any(|c| c.is_control() || "<>{}[]|\\\"".contains(c));
    if usable { Ok(line) } else { Err(OwnerProblem::Unusable) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sales::registration::countries::country;

    fn today() -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 11, 23).expect("a day")
    }

    fn lucia() -> (Owner, Address) {
        let owner = Owner {
            kind: OwnerKind::Individual,
            name: "  Lucía   Ortega ".to_owned(),
            tax_id: "12345678z".to_owned(),
            date_of_birth: Some("1985-03-02".to_owned()),
            driver_license: None,
            insurance: None,
        };
        let address = Address {
            street: "Calle Mayor, 1".to_owned(),
            city: "Madrid".to_owned(),
            postal_code: " 28013 ".to_owned(),
            country: "ES".to_owned(),
        };
        (owner, address)
    }

    #[test]
    fn what_is_right_is_written_as_the_country_does() {
        let (owner, address) = lucia();
        let (owner, address) = check(&country("ES"), &owner, &address, today()).expect("all right");
        assert_eq!((owner.name.as_str(), owner.tax_id.as_str()), ("Lucía Ortega", "12345678Z"));
        assert_eq!(address.postal_code, "28013");
    }

    #[test]
    fn everything_wrong_is_said_at_once() {
        let (mut owner, mut address) = lucia();
        owner.name = " ".to_owned();
        owner.tax_id = "12345678A".to_owned();
        owner.date_of_birth = Some("2030-01-01".to_owned());
        address.street = "<b>".to_owned();
        address.city = String::new();
        address.postal_code = "SW1A 1AA".to_owned();
        let problems = check(&country("ES"), &owner, &address, today()).expect_err("much is wrong");
        let said: Vec<_> = problems.iter().map(|p| format!("{} {}", p.field, p.problem)).collect();
        assert_eq!(
            said,
            [
                "name MISSING",
                "tax_id CONTROL",
                "date_of_birth DATE",
                "street UNUSABLE",
                "city MISSING",
                "postal_code FORMAT"
            ]
        );
        for problem in problems {
            for locale in Locale::ALL {
                assert!(!problem.problem.text(problem.field, *locale).is_empty());
            }
        }
    }

    #[test]
    fn a_company_has_no_date_of_birth() {
        let (mut owner, address) = lucia();
        owner.kind = OwnerKind::Company;
        owner.tax_id = "B12345674".to_owned();
        owner.date_of_birth = Some("nonsense".to_owned());
        let (owner, _) = check(&country("ES"), &owner, &address, today()).expect("all right");
        assert_eq!(owner.date_of_birth, None);
    }
}
