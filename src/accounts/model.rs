//! Who people are: types that can only be made from valid input.

use crate::kernel::Timestamp;
use crate::kernel::ids::{DealershipId, UserId};
use crate::kernel::locale::Locale;
use serde::{Deserialize, Serialize};

codes! {
    /// What a person may see and do (rulebook, section 2).
    pub enum Role {
        /// Own account, vehicles and purchases.
        Customer = "CUSTOMER",
        /// Staff of one dealership (*concesionario*), and of no other.
        Dealer = "DEALER",
        /// Tickets of all customers.
        Support = "SUPPORT",
        /// Operations and finance.
        Operations = "OPERATIONS",
        /// Users, roles, dealerships, catalogue, plans, policies.
        Administrator = "ADMINISTRATOR",
    }
}

impl Role {
    /// The role's name for people.
    pub const fn label(self, locale: Locale) -> &'static str {
        match self {
            Role::Customer => locale.t("Cliente", "Customer"),
            Role::Dealer => locale.t("Concesionario", "Dealership"),
            Role::Support => locale.t("Soporte", "Support"),
            Role::Operations => locale.t("Operaciones", "Operations"),
            Role::Administrator => locale.t("Administración", "Administration"),
        }
    }
}

codes! {
    /// What a link sent by mail is good for.
    pub enum TokenPurpose {
        /// Proves that the address is read by whoever signed up.
        ConfirmEmail = "CONFIRM_EMAIL",
        /// Sets a new password.
        ResetPassword = "RESET_PASSWORD",
        /// Sets the first password of an account made by staff.
        Invitation = "INVITATION",
    }
}

codes! {
    /// A field of one of the account forms.
    pub enum Field {
        /// The person's name.
        Name = "name",
        /// The email address.
        Email = "email",
        /// A password being chosen.
        Password = "password",
        /// The password in use.
        CurrentPassword = "current_password",
        /// The phone number.
        Phone = "phone",
        /// The country of residence.
        Country = "country",
        /// The time zone.
        TimeZone = "time_zone",
        /// Where dealership staff work.
        Dealership = "dealership",
    }
}

codes! {
    /// What is wrong with a field.
    pub enum Problem {
        /// Nothing was typed.
        Missing = "MISSING",
        /// Longer than anything real.
        TooLong = "TOO_LONG",
        /// No address that mail can be sent to.
        EmailInvalid = "EMAIL_INVALID",
        /// Characters that no name has.
        NameInvalid = "NAME_INVALID",
        /// Not in international form.
        PhoneInvalid = "PHONE_INVALID",
        /// Not one of the choices.
        UnknownChoice = "UNKNOWN_CHOICE",
        /// Shorter than ten characters.
        PasswordTooShort = "PASSWORD_TOO_SHORT",
        /// Among those that are tried first.
        PasswordCommon = "PASSWORD_COMMON",
        /// Made of the person's own address or name, or of the product's name.
        PasswordPersonal = "PASSWORD_PERSONAL",
        /// One character, or a row of the keyboard, again and again.
        PasswordPattern = "PASSWORD_PATTERN",
        /// Not the password in use.
        PasswordWrong = "PASSWORD_WRONG",
    }
}

impl Problem {
    /// What is wrong and what to do, in one sentence.
    pub const fn text(self, locale: Locale) -> &'static str {
        match self {
            Problem::Missing => locale.t("Falta este dato.", "This is missing."),
            Problem::TooLong => locale.t("Es demasiado largo.", "This is too long."),
            Problem::EmailInvalid => locale.t(
                "Escribe una dirección de correo completa, por ejemplo nombre@ejemplo.es.",
                "Enter a complete email address, for example name@example.com.",
            ),
            Problem::NameInvalid => locale
                .t("El nombre contiene signos que no podemos guardar.", "The name contains characters we can't keep."),
            Problem::PhoneInvalid => locale.t(
                "Escribe el teléfono con su prefijo, por ejemplo +34 600 000 000.",
                "Enter the phone number with its country code, for example +44 7700 900000.",
            ),
            Problem::UnknownChoice => locale.t("Elige una de las opciones.", "Choose one of the options."),
            Problem::PasswordTooShort => locale.t(
                "Usa al menos 10 caracteres. Una frase corta sirve.",
                "Use at least 10 characters. A short sentence works.",
            ),
            Problem::PasswordCommon => locale.t(
                "Esta contraseña es de las primeras que se prueban. Elige otra.",
                "This password is among the first that get tried. Choose another one.",
            ),
            Problem::PasswordPersonal => locale.t(
                "No uses tu correo, tu nombre ni el nombre de CaaS como contraseña.",
                "Don't use your email, your name or the name CaaS as the password.",
            ),
            Problem::PasswordPattern => locale.t(
                "Es una repetición o una secuencia fácil de adivinar. Elige otra.",
                "This is a repetition or a sequence that is easy to guess. Choose another one.",
            ),
            Problem::PasswordWrong => locale.t("No es tu contraseña actual.", "This is not your current password."),
        }
    }
}

/// One field and what is wrong with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldProblem {
    /// Where.
    pub field: Field,
    /// What.
    pub problem: Problem,
}

/// An email address. ASCII only: what every mail system on the way accepts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Email(String);

impl Email {
    /// Reads what somebody typed.
    pub fn parse(typed: &str) -> Result<Email, Problem> {
        let typed = typed.trim();
        if typed.is_empty() {
            return Err(Problem::Missing);
        }
        if typed.len() > 254 {
            return Err(Problem::TooLong);
        }
        let (local, domain) = typed.rsplit_once('@').ok_or(Problem::EmailInvalid)?;
        let atom = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c);
        let local_ok = local.len() <= 64 && local.split('.').all(|part| !part.is_empty() && part.chars().all(atom));
        let label = |part: &str| {
            !part.is_empty()
                && part.len() <= 63
                && !part.starts_with('-')
                && !part.ends_with('-')
                && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
        };
        let domain_ok = domain.contains('.') && domain.split('.').all(label);
        if local_ok && domain_ok { Ok(Email(typed.to_owned())) } else { Err(Problem::EmailInvalid) }
    }

    /// The address as typed.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What makes two spellings one account.
    pub fn key(&self) -> String {
        self.0.to_ascii_lowercase()
    }

    /// What stands before the `@`.
    pub fn local_part(&self) -> &str {
        self.0.rsplit_once('@').map_or("", |(local, _)| local)
    }
}

/// How a person wants to be called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonName(String);

impl PersonName {
    /// Reads what somebody typed; runs of blanks become one.
    pub fn parse(typed: &str) -> Result<PersonName, Problem> {
        let name = typed.split_whitespace().collect::<Vec<_>>().join(" ");
        if name.is_empty() {
            return Err(Problem::Missing);
        }
        if name.chars().count() > 100 {
            return Err(Problem::TooLong);
        }
        if name.chars().any(|c| c.is_control() || "<>/\\@{}[]|\"".contains(c)) {
            return Err(Problem::NameInvalid);
        }
        Ok(PersonName(name))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A phone number in international form (E.164), `+34600000000`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phone(String);

impl Phone {
    /// Reads what somebody typed; blanks, dots, hyphens and brackets don't matter. Nothing typed is no number.
    pub fn parse(typed: &str) -> Result<Option<Phone>, Problem> {
        let mut number: String = typed.chars().filter(|c| !c.is_whitespace() && !"-.()".contains(*c)).collect();
        if number.is_empty() {
            return Ok(None);
        }
        if let Some(rest) = number.strip_prefix("00") {
            number = format!("+{rest}");
        }
        let digits = number.strip_prefix('+').ok_or(Problem::PhoneInvalid)?;
        let fits =
            (7..=15).contains(&digits.len()) && digits.chars().all(|c| c.is_ascii_digit()) && !digits.starts_with('0');
        if fits { Ok(Some(Phone(number))) } else { Err(Problem::PhoneInvalid) }
    }

    /// The number.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A country one can live in as a customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Country {
    /// ISO 3166-1 alpha-2.
    pub code: &'static str,
    /// Its name in Spanish.
    pub es: &'static str,
    /// Its name in English.
    pub en: &'static str,
    /// The time zone most of its people live in.
    pub time_zone: &'static str,
}

const fn country(code: &'static str, es: &'static str, en: &'static str, time_zone: &'static str) -> Country {
    Country { code, es, en, time_zone }
}

/// Where customers live. The first is the default.
pub const COUNTRIES: &[Country] = &[
    country("ES", "España", "Spain", "Europe/Madrid"),
    country("DE", "Alemania", "Germany", "Europe/Berlin"),
    country("AT", "Austria", "Austria", "Europe/Vienna"),
    country("BE", "Bélgica", "Belgium", "Europe/Brussels"),
    country("DK", "Dinamarca", "Denmark", "Europe/Copenhagen"),
    country("US", "Estados Unidos", "United States", "America/New_York"),
    country("FI", "Finlandia", "Finland", "Europe/Helsinki"),
    country("FR", "Francia", "France", "Europe/Paris"),
    country("IE", "Irlanda", "Ireland", "Europe/Dublin"),
    country("IT", "Italia", "Italy", "Europe/Rome"),
    country("LU", "Luxemburgo", "Luxembourg", "Europe/Luxembourg"),
    country("NO", "Noruega", "Norway", "Europe/Oslo"),
    country("NL", "Países Bajos", "Netherlands", "Europe/Amsterdam"),
    country("PL", "Polonia", "Poland", "Europe/Warsaw"),
    country("PT", "Portugal", "Portugal", "Europe/Lisbon"),
    country("GB", "Reino Unido", "United Kingdom", "Europe/London"),
    country("SE", "Suecia", "Sweden", "Europe/Stockholm"),
    country("CH", "Suiza", "Switzerland", "Europe/Zurich"),
];

impl Country {
    /// The country of this code.
    pub fn by_code(code: &str) -> Option<&'static Country> {
        COUNTRIES.iter().find(|c| c.code == code)
    }

    /// Its name.
    pub const fn name(&self, locale: Locale) -> &'static str {
        locale.t(self.es, self.en)
    }
}

/// Time zones offered besides those of [`COUNTRIES`].
pub const MORE_TIME_ZONES: &[&str] = &[
    "Atlantic/Canary",
    "Atlantic/Azores",
    "Atlantic/Madeira",
    "America/Chicago",
    "America/Denver",
    "America/Los_Angeles",
    "America/Anchorage",
    "Pacific/Honolulu",
    "Africa/Ceuta",
    "UTC",
];

/// Every time zone a person can choose.
pub fn time_zones() -> Vec<&'static str> {
    let mut zones: Vec<_> = COUNTRIES.iter().map(|c| c.time_zone).chain(MORE_TIME_ZONES.iter().copied()).collect();
    zones.sort_unstable();
    zones.dedup();
    zones
}

/// Who a request comes from: what pages need of a person, and no credential.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionUser {
    /// Who.
    pub id: UserId,
    /// How the person wants to be called.
    pub name: String,
    /// What the person may do.
    pub role: Role,
    /// The language of pages and messages.
    pub locale: Locale,
    /// Where mails go.
    pub email: String,
    /// For dealership staff, the only dealership they see.
    pub dealership_id: Option<DealershipId>,
    /// IANA name of the time zone in which the person's days are counted.
    pub time_zone: String,
    /// ISO 3166-1 alpha-2.
    pub country: String,
    /// For SMS.
    pub phone: Option<String>,
}

/// A session of one's own, as the account page lists it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnSession {
    /// Names the session to end it. A hash: it opens nothing.
    pub handle: String,
    /// Whether this request belongs to it.
    pub current: bool,
    /// The browser, as it presents itself.
    pub user_agent: String,
    /// The network address it was last seen from.
    pub address: String,
    /// When it began.
    pub created_at: Timestamp,
    /// When it was last used.
    pub last_seen_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_address_keeps_its_spelling_and_has_one_key() {
        let email = Email::parse("  Lucia.Perez+caas@Example.ES ").expect("valid");
        assert_eq!(email.as_str(), "Lucia.Perez+caas@Example.ES");
        assert_eq!(email.key(), "lucia.perez+caas@example.es");
        assert_eq!(email.local_part(), "Lucia.Perez+caas");
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for typed in [
            "x",
            "@x.es",
            "a@b",
            "a b@x.es",
            "a@x..es",
            ".a@x.es",
            "a@-x.es",
            "a@x.es\r\nBcc: b@x.es",
            "a@b@x..es",
            "ñ@x.es",
        ] {
            assert_eq!(Email::parse(typed), Err(Problem::EmailInvalid), "{typed}");
        }
        assert_eq!(Email::parse("  "), Err(Problem::Missing));
        assert_eq!(Email::parse(&format!("{}@x.es", "a".repeat(260))), Err(Problem::TooLong));
    }

    #[test]
    fn a_name_is_tidied() {
        assert_eq!(
            PersonName::parse("  Lucía   de la O ").map(|n| n.as_str().to_owned()),
            Ok("Lucía de la O".to_owned())
        );
        assert_eq!(PersonName::parse(" "), Err(Problem::Missing));
        assert_eq!(PersonName::parse("https://casino.example"), Err(Problem::NameInvalid));
        assert_eq!(PersonName::parse(&"a".repeat(101)), Err(Problem::TooLong));
    }

    #[test]
    fn a_phone_number_is_international() {
        assert_eq!(Phone::parse("0034 600-00.00(00)").map(|p| p.map(|p| p.0)), Ok(Some("+34600000000".to_owned())));
        assert_eq!(Phone::parse(""), Ok(None));
        assert_eq!(Phone::parse("600000000"), Err(Problem::PhoneInvalid));
    }

    #[cfg(feature = "ssr")]
    #[test]
    fn every_offered_time_zone_exists() {
        for zone in time_zones() {
            assert!(zone.parse::<chrono_tz::Tz>().is_ok(), "{zone}");
        }
    }

    proptest! {
        #[test]
        fn no_input_makes_a_parser_panic_or_lets_a_line_break_through(typed in ".{0,80}") {
            if let Ok(email) = Email::parse(&typed) {
                prop_assert!(!email.as_str().contains(['\r', '\n', ' ']));
                prop_assert_eq!(Email::parse(&email.key()).map(|e| e.key()), Ok(email.key()));
            }
            if let Ok(name) = PersonName::parse(&typed) {
                prop_assert_eq!(PersonName::parse(name.as_str()), Ok(name));
            }
            let _ = Phone::parse(&typed);
        }
    }
}
