//! A price line by line.

use caas::kernel::locale::Locale;
use caas::sales::pricing::{LineKind, Quote};
use leptos::prelude::*;

/// A share in basis points as people read it: "21 %", "5,5 %".
pub(crate) fn percent(basis_points: i64, locale: Locale) -> String {
    let (whole, rest) = (basis_points / 100, basis_points % 100);
    let number = match rest {
        0 => whole.to_string(),
        _ => format!("{whole}{}{}", locale.t(",", "."), format!("{rest:02}").trim_end_matches('0')),
    };
    format!("{number}\u{a0}%")
}

/// Every line of a quote, then net, VAT, total, señal and rest.
pub(crate) fn price_lines(quote: &Quote, locale: Locale) -> AnyView {
    let money = |cents| quote.money(cents).display(locale);
    let lines = quote
        .lines
        .iter()
        .map(|line| {
            let what = match line.kind {
                LineKind::Base => locale.t("Coche", "Car"),
                LineKind::Option => locale.t("Opción", "Option"),
                LineKind::Colour => locale.t("Color", "Colour"),
                LineKind::Included => locale.t("Servicio incluido", "Included service"),
            };
            let name = line.names.get(locale).to_owned();
            let worth = line.worth.map(|worth| {
                let text = format!("{} {}", locale.t("Valorado en", "Worth"), money(worth));
                view! { <span class="muted small">" · "{text}</span> }
            });
            view! {
                <tr>
                    <th scope="row">{name}" "<span class="muted small">{what}</span>{worth}</th>
                    <td class="num">{money(line.amount)}</td>
                </tr>
            }
        })
        .collect_view();
    let vat = format!("{} {}", locale.t("IVA", "VAT"), percent(quote.vat_rate_basis_points, locale));
    let share = format!("{} ({})", locale.t("Señal", "Reservation"), percent(quote.reservation_basis_points, locale));
    let caption = format!(
        "{} {}",
        quote.plan_names.get(locale),
        match locale {
            Locale::Es => format!("(versión {})", quote.version),
            Locale::En => format!("(version {})", quote.version),
        }
    );
    view! {
        <table class="sale-price">
            <caption>{caption}</caption>
            <tbody>{lines}</tbody>
            <tbody class="sale-price__sums">
                <tr class="muted"><th scope="row">{locale.t("Base imponible", "Net")}</th><td class="num">{money(quote.net)}</td></tr>
                <tr class="muted"><th scope="row">{vat}</th><td class="num">{money(quote.vat)}</td></tr>
                <tr class="sale-price__total"><th scope="row">{locale.t("Total, IVA incluido", "Total, VAT included")}</th><td class="num">{money(quote.total)}</td></tr>
                <tr><th scope="row">{share}</th><td class="num">{money(quote.reservation)}</td></tr>
                <tr><th scope="row">{locale.t("Pago final", "Final payment")}</th><td class="num">{money(quote.remainder)}</td></tr>
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
