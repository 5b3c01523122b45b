//! The price of a car, line by line.

use caas::kernel::locale::Locale;
use caas::sales::pricing::{LineKind, Quote};
use leptos::prelude::*;

/// A share in basis points as people read it: "21 %", "5,5 %".
pub(super) fn percent(basis_points: i64, locale: Locale) -> String {
    let (whole, rest) = (basis_points / 100, basis_points % 100);
    let number = match rest {
        0 => whole.to_string(),
        _ => format!("{whole}{}{}", locale.t(",", "."), format!("{rest:02}").trim_end_matches('0')),
    };
    format!("{number}\u{a0}%")
}

/// The price of a sale that is not registered yet, line by line.
pub(super) fn price_lines(quote: &Quote, locale: Locale) -> AnyView {
    let plan = quote.plan_names.get(locale);
    let caption = match locale {
        Locale::Es => format!("{plan} (versión {})", quote.version),
        Locale::En => format!("{plan} (version {})", quote.version),
    };
    table(quote, caption, [None, None], locale)
}

/// The price of an order, line by line, as it was agreed; `states` say how its señal and its final payment stand.
pub(super) fn agreed_price(quote: &Quote, states: [Option<AnyView>; 2], locale: Locale) -> AnyView {
    let caption = match locale {
        Locale::Es => format!("Plan {}, versión {}: el precio acordado no cambia.", quote.plan_names.es, quote.version),
        Locale::En => {
            format!("Plan {}, version {}: the agreed price does not change.", quote.plan_names.en, quote.version)
        }
    };
    table(quote, caption, states, locale)
}

/// Every line of a quote, then net, VAT, total, señal and rest.
fn table(quote: &Quote, caption: String, states: [Option<AnyView>; 2], locale: Locale) -> AnyView {
    let money = |cents| quote.money(cents).display(locale);
    let lines = quote.lines.iter().map(|line| {
        let what = match line.kind {
            LineKind::Base => locale.t("Coche", "Car"),
            LineKind::Option => locale.t("Opción", "Option"),
            LineKind::Colour => locale.t("Color", "Colour"),
            LineKind::Included => locale.t("Servicio incluido", "Included service"),
        };
        let amount = match (line.kind, line.worth, locale) {
            (LineKind::Included, Some(worth), Locale::Es) => format!("incluido (vale {})", money(worth)),
            (LineKind::Included, Some(worth), Locale::En) => format!("included (worth {})", money(worth)),
            (LineKind::Included, None, _) => locale.t("incluido", "included").to_owned(),
            _ => money(line.amount),
        };
        let name = line.names.get(locale).to_owned();
        view! {
            <tr>
                <th scope="row">{name}" "<span class="muted small">{what}</span></th>
                <td class="num">{amount}</td>
            </tr>
        }
    });
    let vat = format!("{} {}", locale.t("IVA", "VAT"), percent(quote.vat_rate_basis_points, locale));
    let share = format!("{} ({})", locale.t("Señal", "Reservation"), percent(quote.reservation_basis_points, locale));
    let [reservation, remainder] = states.map(|state| state.map(|pill| view! { " "{pill} }));
    view! {
        <table class="sale-price">
            <caption>{caption}</caption>
            <tbody>{lines.collect_view()}</tbody>
            <tbody class="sale-price__sums">
                <tr class="muted"><th scope="row">{locale.t("Base imponible", "Net")}</th><td class="num">{money(quote.net)}</td></tr>
                <tr class="muted"><th scope="row">{vat}</th><td class="num">{money(quote.vat)}</td></tr>
                <tr class="sale-price__total"><th scope="row">{locale.t("Total, IVA incluido", "Total, VAT included")}</th><td class="num">{money(quote.total)}</td></tr>
                <tr><th scope="row">{share}{reservation}</th><td class="num">{money(quote.reservation)}</td></tr>
                <tr><th scope="row">{locale.t("Pago final", "Final payment")}{remainder}</th><td class="num">{money(quote.remainder)}</td></tr>
            </tbody>
        </table>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_read_as_people_write_them() {
        assert_eq!(percent(2100, Locale::Es), "21\u{a0}%");
        assert_eq!(percent(550, Locale::Es), "5,5\u{a0}%");
        assert_eq!(percent(1005, Locale::En), "10.05\u{a0}%");
    }
}
