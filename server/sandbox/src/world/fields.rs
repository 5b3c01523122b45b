//! Reading a JSON body strictly: what the contract requires must be there and fit; what it does not name is ignored.

use chrono::{DateTime, NaiveDate, Utc};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::call::Problem;
use super::values::{Amount, Vin};

/// One JSON object and the name of the member it stands in.
pub(crate) struct Fields<'a> {
    path: String,
    members: &'a Map<String, Value>,
}

impl<'a> Fields<'a> {
    /// The whole body.
    pub fn of(body: Option<&'a Value>) -> Result<Self, Problem> {
        body.and_then(Value::as_object)
            .map(|members| Self { path: String::new(), members })
            .ok_or_else(|| Problem::does_not_fit("", "the body must be a JSON object"))
    }

    fn name(&self, member: &str) -> String {
        if self.path.is_empty() { member.to_owned() } else { format!("{}.{member}", self.path) }
    }

    fn required(&self, member: &str) -> Result<&'a Value, Problem> {
        self.members.get(member).ok_or_else(|| Problem::does_not_fit(&self.name(member), "required member is missing"))
    }

    fn wrong(&self, member: &str, wanted: &str) -> Problem {
        Problem::does_not_fit(&self.name(member), format!("must be {wanted}"))
    }

    pub fn string(&self, member: &str) -> Result<&'a str, Problem> {
        self.required(member)?.as_str().ok_or_else(|| self.wrong(member, "a string"))
    }

    pub fn optional_string(&self, member: &str) -> Result<Option<&'a str>, Problem> {
        self.members.contains_key(member).then(|| self.string(member)).transpose()
    }

    pub fn object(&self, member: &str) -> Result<Fields<'a>, Problem> {
        let members = self.required(member)?.as_object().ok_or_else(|| self.wrong(member, "an object"))?;
        Ok(Fields { path: self.name(member), members })
    }

    /// A word out of a closed list.
    pub fn word<T: DeserializeOwned>(&self, member: &str) -> Result<T, Problem> {
        let word = self.string(member)?;
        serde_json::from_value(Value::String(word.to_owned()))
            .map_err(|_| self.wrong(member, "one of the words of the contract"))
    }

    /// ISO 3166-1 alpha-2.
    pub fn country(&self, member: &str) -> Result<&'a str, Problem> {
        let text = self.string(member)?;
        if text.chars().count() == 2 { Ok(text) } else { Err(self.wrong(member, "a country's two letters")) }
    }

    pub fn optional_object(&self, member: &str) -> Result<Option<Fields<'a>>, Problem> {
        self.members.contains_key(member).then(|| self.object(member)).transpose()
    }

    pub fn number(&self, member: &str) -> Result<f64, Problem> {
        self.required(member)?.as_f64().ok_or_else(|| self.wrong(member, "a number"))
    }

    pub fn integer(&self, member: &str) -> Result<i64, Problem> {
        self.required(member)?.as_i64().ok_or_else(|| self.wrong(member, "a whole number"))
    }

    /// A day, `YYYY-MM-DD`.
    pub fn date(&self, member: &str) -> Result<NaiveDate, Problem> {
        let text = self.string(member)?;
        NaiveDate::parse_from_str(text, "%Y-%m-%d")
            .ok()
            .filter(|day| day.to_string() == text)
            .ok_or_else(|| self.wrong(member, "a day (YYYY-MM-DD)"))
    }

    pub fn optional_date(&self, member: &str) -> Result<Option<NaiveDate>, Problem> {
        self.members.contains_key(member).then(|| self.date(member)).transpose()
    }

    /// A list of objects.
    pub fn objects(&self, member: &str) -> Result<Vec<Fields<'a>>, Problem> {
        let items = self.required(member)?.as_array().ok_or_else(|| self.wrong(member, "a list"))?;
        let object = |(index, item): (usize, &'a Value)| {
            let name = format!("{member}.{index}");
            let members = item.as_object().ok_or_else(|| self.wrong(&name, "an object"))?;
            Ok(Fields { path: self.name(&name), members })
        };
        items.iter().enumerate().map(object).collect()
    }

    pub fn has(&self, member: &str) -> bool {
        self.members.contains_key(member)
    }

    pub fn list_of_strings(&self, member: &str) -> Result<Vec<String>, Problem> {
        self.strings(member)?;
        let items = self.required(member)?.as_array().into_iter().flatten();
        Ok(items.filter_map(Value::as_str).map(str::to_owned).collect())
    }

    pub fn amount(&self, member: &str) -> Result<Amount, Problem> {
        let amount = self.object(member)?;
        let cents = Amount::parse_cents(amount.string("value")?)
            .ok_or_else(|| amount.wrong("value", "a decimal number with two places"))?;
        Ok(Amount::new(cents, amount.word("currency")?))
    }

    pub fn vin(&self, member: &str) -> Result<Vin, Problem> {
        Vin::parse(self.string(member)?).map_err(|_| self.wrong(member, "a vehicle identification number"))
    }

    pub fn optional_date_time(&self, member: &str) -> Result<Option<DateTime<Utc>>, Problem> {
        let Some(text) = self.optional_string(member)? else {
            return Ok(None);
        };
        parse_date_time(text).map(Some).ok_or_else(|| self.wrong(member, "a date-time of RFC 3339"))
    }

    pub fn optional_bool(&self, member: &str) -> Result<Option<bool>, Problem> {
        match self.members.get(member) {
            None => Ok(None),
            Some(Value::Bool(value)) => Ok(Some(*value)),
            Some(_) => Err(self.wrong(member, "true or false")),
        }
    }

    pub fn strings(&self, member: &str) -> Result<(), Problem> {
        let all = self.required(member)?.as_array().is_some_and(|items| items.iter().all(Value::is_string));
        if all { Ok(()) } else { Err(self.wrong(member, "a list of strings")) }
    }

    /// The members as sent.
    pub fn members(&self) -> &'a Map<String, Value> {
        self.members
    }
}

/// RFC 3339, with the `T` that the `date-time` format of JSON Schema wants.
pub(crate) fn parse_date_time(text: &str) -> Option<DateTime<Utc>> {
    let separator = text.as_bytes().get(10)?;
    if !matches!(separator, b'T' | b't') {
        return None;
    }
    DateTime::parse_from_rfc3339(text).ok().map(|time| time.to_utc())
}
