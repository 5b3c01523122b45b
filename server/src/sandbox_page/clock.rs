//! The sandbox's time, which can be moved forward.

use super::forms::STEPS;
use caas::kernel::locale::Locale;
use caas_app::ui::{Icon, IconName};
use caas_app::web::WebContext;
use caas_app::web::dates::{exact, moment};
use caas_sandbox::Sandbox;
use leptos::prelude::*;

/// The clock with its buttons.
pub(super) fn clock(web: &WebContext, sandbox: &Sandbox) -> AnyView {
    let locale = web.locale;
    let zone = web.user.as_ref().map_or("Europe/Madrid", |user| &user.time_zone);
    let now = sandbox.now();
    let ahead = ahead(sandbox.clock().offset_micros(), locale);
    let buttons = STEPS
        .map(|minutes| view! { <button class="chip" name="minutos" value=minutes.to_string()>{step(minutes, locale)}</button> })
        .collect_view();
    view! {
        <section class="card" id="reloj" aria-labelledby="reloj-titulo">
            <h2 id="reloj-titulo" class="card__title"><Icon name=IconName::Clock/>{locale.t("Reloj", "Clock")}</h2>
            <p class="sandbox__now"><time datetime=exact(now)>{moment(now, zone, locale)}</time></p>
            <p class="muted small">{ahead}</p>
            <form method="post" action="/sandbox/reloj" class="chips" aria-label=locale.t("Adelantar", "Move forward")>{buttons}</form>
            <p class="muted small">
                {locale.t(
                    "Lo que venza hasta entonces ocurre enseguida: reintentos, retenciones que caducan, servicios que terminan. En un mes se fabrica un coche entero. También tu sesión envejece: tras un día quizá tengas que volver a entrar. El reloj no vuelve atrás.",
                    "What falls due until then happens at once: further attempts, holds that lapse, services that end. In a month a whole car is built. Your session ages too: after a day you may have to sign in again. The clock never goes back.",
                )}
            </p>
        </section>
    }
    .into_any()
}

fn step(minutes: u64, locale: Locale) -> String {
    let day = 24 * 60;
    match minutes {
        1..60 => format!("+{minutes} min"),
        60..1440 => format!("+{} h", minutes / 60),
        _ if minutes == day => format!("+1 {}", locale.t("día", "day")),
        _ if minutes >= 30 * day => locale.t("Deja pasar un mes", "Let a month pass").to_owned(),
        _ => format!("+{} {}", minutes / day, locale.t("días", "days")),
    }
}

fn ahead(offset_micros: i64, locale: Locale) -> String {
    let minutes = offset_micros / 60_000_000;
    if minutes == 0 {
        return locale.t("Es la hora real.", "It is the real time.").to_owned();
    }
    let (days, hours, rest) = (minutes / 1440, minutes / 60 % 24, minutes % 60);
    let mut parts = Vec::new();
    if days > 0 {
        parts.push(format!("{days} d"));
    }
    if hours > 0 {
        parts.push(format!("{hours} h"));
    }
    if rest > 0 {
        parts.push(format!("{rest} min"));
    }
    format!("{} {}.", locale.t("Adelantado:", "Ahead by"), parts.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_and_distance_read_well() {
        assert_eq!(
            STEPS.map(|m| step(m, Locale::Es)),
            ["+1 min", "+10 min", "+1 h", "+1 día", "+7 días", "Deja pasar un mes"]
        );
        assert_eq!(ahead(0, Locale::En), "It is the real time.");
        assert_eq!(ahead((1440 + 61) * 60_000_000, Locale::En), "Ahead by 1 d 1 h 1 min.");
    }
}
