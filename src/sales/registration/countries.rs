//! What each country asks for before a car gets its plate, as data: the way to its body, the papers, the forms of ids.
//!
//! Pure, so that pages check with the same rules as use cases. A country that is not listed is registered by hand.

use super::{plates, tax_ids};
use crate::kernel::locale::Locale;
use crate::sales::model::OwnerKind;

codes! {
    /// How a country's body is asked (contract `registration`).
    pub enum Method {
        /// It answers at once.
        AtOnce = "AT_ONCE",
        /// It answers later, by webhook or when asked.
        Later = "LATER",
        /// It opens a dossier; staff go to the office and type the plate.
        Dossier = "DOSSIER",
        /// There is no way but paper.
        Manual = "MANUAL",
    }
}

codes! {
    /// Who brings a paper.
    pub enum Provider {
        /// The customer uploads it.
        Customer = "CUSTOMER",
        /// The dealership uploads it.
        Dealership = "DEALERSHIP",
        /// CaaS makes it from what it knows.
        Caas = "CAAS",
    }
}

/// One paper of a country's list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Paper {
    /// Its code, in the database and towards the body.
    pub code: &'static str,
    /// Its name in Spanish, see [`Paper::name`].
    pub es: &'static str,
    /// Its name in English.
    pub en: &'static str,
    /// Who brings it.
    pub provider: Provider,
    /// Whether a person needs it.
    pub individual: bool,
    /// Whether a company needs it.
    pub company: bool,
}

impl Paper {
    /// Its name for people.
    pub const fn name(&self, locale: Locale) -> &'static str {
        locale.t(self.es, self.en)
    }

    /// Whether this kind of owner needs it.
    pub const fn is_needed_by(&self, kind: OwnerKind) -> bool {
        match kind {
            OwnerKind::Individual => self.individual,
            OwnerKind::Company => self.company,
        }
    }
}

const fn everybody(code: &'static str, provider: Provider, es: &'static str, en: &'static str) -> Paper {
    Paper { code, es, en, provider, individual: true, company: true }
}

const fn person(code: &'static str, es: &'static str, en: &'static str) -> Paper {
    Paper { code, es, en, provider: Provider::Customer, individual: true, company: false }
}

const fn company(code: &'static str, es: &'static str, en: &'static str) -> Paper {
    Paper { code, es, en, provider: Provider::Customer, individual: false, company: true }
}

const SIGNED_CONTRACT: Paper =
    everybody("PURCHASE_CONTRACT", Provider::Dealership, "Contrato de compra firmado", "Signed purchase contract");
const TECHNICAL: Paper =
    everybody("TECHNICAL_SPECIFICATIONS", Provider::Caas, "Ficha técnica del vehículo", "Technical specifications");
const CONFORMITY: Paper = everybody(
    "CERTIFICATE_OF_CONFORMITY",
    Provider::Caas,
    "Certificado de conformidad (CoC)",
    "Certificate of conformity (CoC)",
);
const IDENTITY: Paper = person("IDENTITY", "Documento de identidad o pasaporte", "Identity card or passport");
const COMPANY_REGISTER: Paper =
    company("COMPANY_REGISTER", "Extracto del registro mercantil", "Extract of the company register");
const INSURANCE: Paper =
    everybody("INSURANCE", Provider::Customer, "Comprobante del seguro del coche", "Proof of the car's insurance");

/// What a country asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Country {
    /// ISO 3166-1 alpha-2; empty for every country that is not listed.
    pub code: &'static str,
    /// Its body's short name.
    pub body: &'static str,
    /// How it is asked.
    pub method: Method,
    /// The papers, in the order people are asked for them.
    pub papers: &'static [Paper],
    /// Days it usually takes: at least and at most (seed, country table).
    pub days: (i64, i64),
    tax_id_es: [&'static str; 2],
    tax_id_en: [&'static str; 2],
    /// A plate as it looks.
    pub plate_example: &'static str,
    /// A postal code as it looks.
    pub postal_code_example: &'static str,
}

/// The countries with rules of their own.
pub const COUNTRIES: [Country; 4] = [
    Country {
        code: "ES",
        body: "DGT",
        method: Method::AtOnce,
        papers: &[
            SIGNED_CONTRACT,
            TECHNICAL,
            IDENTITY,
            company(
                "COMPANY_REGISTER",
                "Escritura de constitución o poder",
                "Deed of incorporation or power of attorney",
            ),
        ],
        days: (2, 5),
        tax_id_es: ["DNI o NIE, por ejemplo 12345678Z", "NIF de la empresa, por ejemplo B12345674"],
        tax_id_en: ["DNI or NIE, for example 12345678Z", "The company's NIF, for example B12345674"],
        plate_example: "1234 BCD",
        postal_code_example: "28046",
    },
    Country {
        code: "FR",
        body: "ANTS",
        method: Method::AtOnce,
        papers: &[
            CONFORMITY,
            everybody("PROOF_OF_PURCHASE", Provider::Dealership, "Prueba de la compra", "Proof of purchase"),
            IDENTITY,
            person(
                "PROOF_OF_ADDRESS",
                "Justificante de domicilio de menos de 6 meses",
                "Proof of address, less than 6 months old",
            ),
            company("COMPANY_REGISTER", "Extracto Kbis de menos de 2 años", "Kbis extract, less than 2 years old"),
        ],
        days: (3, 7),
        tax_id_es: ["Número fiscal (13 cifras), por ejemplo 3023217600053", "SIREN o SIRET, por ejemplo 732829320"],
        tax_id_en: ["Numéro fiscal (13 digits), for example 3023217600053", "SIREN or SIRET, for example 732829320"],
        plate_example: "AB-123-CD",
        postal_code_example: "75001",
    },
    Country {
        code: "GB",
        body: "DVLA",
        method: Method::Later,
        papers: &[
            everybody(
                "V5C_APPLICATION",
                Provider::Dealership,
                "Solicitud V5C (formulario V55/4)",
                "V5C application (form V55/4)",
            ),
            CONFORMITY,
            IDENTITY,
            COMPANY_REGISTER,
            INSURANCE,
        ],
        days: (5, 10),
        tax_id_es: [
            "National Insurance number o UTR, por ejemplo AB123456C",
            "Número de empresa o UTR, por ejemplo 01234567",
        ],
        tax_id_en: [
            "National Insurance number or UTR, for example AB123456C",
            "Company number or UTR, for example 01234567",
        ],
        plate_example: "AB12 CDE",
        postal_code_example: "SW1A 1AA",
    },
    Country {
        code: "DE",
        body: "KBA",
        method: Method::Dossier,
        papers: &[
            everybody(
                "FAHRZEUGBRIEF",
                Provider::Dealership,
                "Fahrzeugbrief (certificado de matriculación, parte II)",
                "Fahrzeugbrief (registration certificate, part II)",
            ),
            CONFORMITY,
            IDENTITY,
            COMPANY_REGISTER,
            everybody(
                "INSURANCE",
                Provider::Customer,
                "Confirmación del seguro (número eVB)",
                "Proof of insurance (eVB number)",
            ),
        ],
        days: (1, 3),
        tax_id_es: [
            "Steuer-ID (11 cifras), por ejemplo 36574261809",
            "USt-IdNr. o registro mercantil, por ejemplo HRB 12345",
        ],
        tax_id_en: [
            "Steuer-ID (11 digits), for example 36574261809",
            "USt-IdNr. or register entry, for example HRB 12345",
        ],
        plate_example: "B AB 1234",
        postal_code_example: "10115",
    },
];

/// Every country without rules of its own.
const ELSEWHERE: Country = Country {
    code: "",
    body: "",
    method: Method::Manual,
    papers: &[SIGNED_CONTRACT, CONFORMITY, IDENTITY, COMPANY_REGISTER],
    days: (5, 20),
    tax_id_es: ["Número fiscal del país", "Número fiscal de la empresa"],
    tax_id_en: ["The country's tax id", "The company's tax id"],
    plate_example: "AB 1234",
    postal_code_example: "1000",
};

/// What a country asks for, by its ISO code.
pub fn country(code: &str) -> Country {
    COUNTRIES.into_iter().find(|country| country.code == code).unwrap_or(ELSEWHERE)
}

impl Country {
    /// The papers that this kind of owner needs.
    pub fn papers_of(self, kind: OwnerKind) -> impl Iterator<Item = &'static Paper> {
        self.papers.iter().filter(move |paper| paper.is_needed_by(kind))
    }

    /// A paper by its code.
    pub fn paper(&self, code: &str) -> Option<&'static Paper> {
        self.papers.iter().find(|paper| paper.code == code)
    }

    /// What the tax id is called here, with an example.
    pub const fn tax_id_hint(&self, kind: OwnerKind, locale: Locale) -> &'static str {
        let at = match kind {
            OwnerKind::Individual => 0,
            OwnerKind::Company => 1,
        };
        locale.t(self.tax_id_es[at], self.tax_id_en[at])
    }

    /// Reads a tax id and writes it the way its authority does.
    pub fn tax_id(&self, kind: OwnerKind, typed: &str) -> Result<String, tax_ids::TaxIdProblem> {
        tax_ids::parse(self.code, kind, typed)
    }

    /// Reads a plate and writes it the way the country does; `None` when it is none.
    pub fn plate(&self, typed: &str) -> Option<String> {
        plates::parse(self.code, typed)
    }

    /// Reads a postal code and writes it the way the country does; `None` when it is none.
    pub fn postal_code(&self, typed: &str) -> Option<String> {
        plates::postal_code(self.code, typed)
    }
}

/// The letters and digits of a text: separators are a matter of taste.
pub(super) fn letters_and_digits(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_country_has_a_complete_list() {
        for country in COUNTRIES.iter().chain([&ELSEWHERE]) {
            let codes: Vec<_> = country.papers.iter().map(|paper| paper.code).collect();
            assert_eq!(codes.iter().collect::<BTreeSet<_>>().len(), codes.len(), "{}: a paper twice", country.code);
            for kind in OwnerKind::ALL {
                let providers: Vec<_> = country.papers_of(*kind).map(|paper| paper.provider).collect();
                assert!(providers.contains(&Provider::Customer), "{} {kind}", country.code);
                assert!(providers.contains(&Provider::Dealership), "{} {kind}", country.code);
            }
            for paper in country.papers {
                assert!(paper.individual || paper.company, "{} is needed by nobody", paper.code);
            }
            assert!(country.days.0 <= country.days.1);
        }
    }

    #[test]
    fn the_examples_shown_to_people_are_valid() {
        for country in COUNTRIES {
            assert_eq!(country.plate(country.plate_example).as_deref(), Some(country.plate_example));
            assert_eq!(country.postal_code(country.postal_code_example).as_deref(), Some(country.postal_code_example));
            for kind in OwnerKind::ALL {
                for locale in Locale::ALL {
                    let hint = country.tax_id_hint(*kind, *locale);
                    let example = hint.rsplit_once(locale.t("ejemplo ", "example ")).expect("an example").1;
                    assert_eq!(country.tax_id(*kind, example).as_deref(), Ok(example), "{hint}");
                }
            }
        }
    }

    #[test]
    fn a_country_without_rules_is_registered_by_hand() {
        assert_eq!(country("PT").method, Method::Manual);
        assert_eq!(country("ES").method, Method::AtOnce);
        assert_eq!(country("GB").method, Method::Later);
        assert_eq!(country("DE").method, Method::Dossier);
        assert!(country("ES").paper("IDENTITY").is_some_and(|paper| !paper.is_needed_by(OwnerKind::Company)));
    }
}
