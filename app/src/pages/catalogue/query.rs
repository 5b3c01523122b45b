//! What the catalogue's address asks for, and addresses that ask for something else.

use crate::web::WebContext;
use caas::catalogue::{Category, Filter, Market, OfferKind};

/// More than anybody types into a search field.
const LONGEST_TEXT: usize = 80;

/// What the address asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    /// Words to search by.
    pub text: String,
    /// Only this category.
    pub category: Option<Category>,
    /// One of the customer's cars (its id), or a model (its code).
    pub car: String,
    /// Only offers of this kind.
    pub kind: Option<OfferKind>,
    /// Only what can be bought for the car now.
    pub only_available: bool,
    /// The country somebody without an account wants prices of.
    pub market: Option<Market>,
}

impl Query {
    /// Reads the address; what makes no sense in it is passed over.
    pub fn of(web: &WebContext) -> Query {
        let code = |name| web.query(name).unwrap_or_default();
        Query {
            text: code("texto").trim().chars().take(LONGEST_TEXT).collect(),
            category: code("categoria").parse().ok(),
            car: code("coche").chars().take(LONGEST_TEXT).collect(),
            kind: code("oferta").parse().ok(),
            only_available: code("disponible") == "si",
            market: if web.user.is_none() { code("pais").parse().ok() } else { None },
        }
    }

    /// What is asked of the catalogue; `model` is that of the car asked for.
    pub fn filter(&self, model: Option<&str>) -> Filter {
        Filter { text: self.text.clone(), category: self.category, model: model.map(str::to_owned), kind: self.kind }
    }

    /// The catalogue with this query.
    pub fn href(&self) -> String {
        let mut pairs = url::form_urlencoded::Serializer::new(String::new());
        if !self.text.is_empty() {
            pairs.append_pair("texto", &self.text);
        }
        if let Some(category) = self.category {
            pairs.append_pair("categoria", category.as_str());
        }
        if let Some(kind) = self.kind {
            pairs.append_pair("oferta", kind.as_str());
        }
        if self.only_available {
            pairs.append_pair("disponible", "si");
        }
        with_query("/catalogo", self.car_and_country(pairs).finish())
    }

    /// What is added to the address of a service's page so that car and country go along.
    pub fn tail(&self) -> String {
        with_query("", self.car_and_country(url::form_urlencoded::Serializer::new(String::new())).finish())
    }

    fn car_and_country<'a>(
        &self,
        mut pairs: url::form_urlencoded::Serializer<'a, String>,
    ) -> url::form_urlencoded::Serializer<'a, String> {
        if !self.car.is_empty() {
            pairs.append_pair("coche", &self.car);
        }
        if let Some(market) = self.market {
            pairs.append_pair("pais", market.as_str());
        }
        pairs
    }
}

fn with_query(path: &str, query: String) -> String {
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_carries_all_that_was_asked() {
        let query = Query {
            text: "luz & más".to_owned(),
            category: Some(Category::DriverAssistance),
            car: "LINCE".to_owned(),
            kind: Some(OfferKind::Permanent),
            only_available: true,
            market: Some(Market::Gb),
        };
        assert_eq!(
            query.href(),
            "/catalogo?texto=luz+%26+m%C3%A1s&categoria=DRIVER_ASSISTANCE&oferta=PERMANENT&disponible=si&coche=LINCE&pais=GB"
        );
        assert_eq!(query.tail(), "?coche=LINCE&pais=GB");
        assert_eq!(Query::default().href(), "/catalogo");
        assert_eq!(Query::default().tail(), "");
    }
}
