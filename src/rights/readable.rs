//! The copy for people: a page of its own that needs nothing from anywhere, and a text that explains the files.

use super::export::Told;
use super::inventory::{TABLES, names};
use crate::kernel::Timestamp;
use crate::kernel::locale::Locale;
use crate::kernel::when;
use serde_json::Value;
use std::fmt::Write as _;

/// What lies in which file, and what each table and column is.
pub(super) fn guide(locale: Locale) -> String {
    let mut text = locale
        .t(
            "Tus datos en CaaS\n\n\
             datos.html   para leer: ábrelo con cualquier navegador\n\
             datos.json   lo mismo para otros programas (UTF-8; importes en céntimos; fechas RFC 3339 en UTC)\n\
             archivos/    los documentos y archivos que subiste\n\n\
             datos.json es un objeto: \"format\", \"account\" (el identificador de tu cuenta), \"madeAt\" y \"tables\".\n\
             Cada tabla es una lista de filas. Nunca incluye contraseñas, números de tarjeta ni claves.\n\
             En \"expediente_entries\" cada entrada lleva su sello (\"hash\", SHA-256) y el de la anterior (\"previous\").\n\n\
             Tablas\n",
            "Your data at CaaS\n\n\
             data.html    to read: open it with any browser\n\
             data.json    the same for other programs (UTF-8; amounts in cents; RFC 3339 dates in UTC)\n\
             files/       the documents and files that you uploaded\n\n\
             data.json is an object: \"format\", \"account\" (your account's id), \"madeAt\" and \"tables\".\n\
             Each table is a list of rows. It never holds passwords, card numbers or keys.\n\
             In \"expediente_entries\" each entry has its seal (\"hash\", SHA-256) and that of the one before (\"previous\").\n\n\
             Tables\n",
        )
        .to_owned();
    for table in TABLES {
        let _ = write!(text, "\n{}: {}\n  ", table.name, locale.t(table.title.0, table.title.1));
        text.push_str(&names(table.told).collect::<Vec<_>>().join(", "));
        text.push('\n');
    }
    text
}

/// The page.
pub(super) fn page(told: &[Told], locale: Locale, zone: &str, now: Timestamp) -> String {
    let title = locale.t("Tus datos en CaaS", "Your data at CaaS");
    let mut html = format!(
        "<!doctype html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n<title>{title}</title>\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<style>\n\
         body{{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}}\n\
         dl{{display:grid;grid-template-columns:minmax(8rem,14rem) 1fr;gap:.25rem 1rem;border-top:1px solid #999;padding:.75rem 0;margin:0}}\n\
         dt{{color:#555}} dd{{margin:0;overflow-wrap:anywhere;white-space:pre-wrap}}\n\
         @media(prefers-color-scheme:dark){{body{{background:#111;color:#eee}}dt{{color:#bbb}}}}\n\
         </style>\n</head>\n<body>\n<h1>{title}</h1>\n<p>{}</p>\n<ul>\n",
        locale.as_str(),
        escaped(&when::moment(now, zone, locale)),
    );
    let filled = || told.iter().filter(|table| !table.rows.is_empty());
    for table in filled() {
        let _ = writeln!(
            html,
            "<li><a href=\"#{}\">{}</a> ({})</li>",
            table.name,
            escaped(locale.t(table.title.0, table.title.1)),
            table.rows.len()
        );
    }
    html.push_str("</ul>\n");
    for table in filled() {
        let _ = writeln!(
            html,
            "<section>\n<h2 id=\"{}\">{}</h2>",
            table.name,
            escaped(locale.t(table.title.0, table.title.1))
        );
        for row in &table.rows {
            html.push_str("<dl>\n");
            for (name, value) in row.iter().filter(|(_, value)| !value.is_null()) {
                let value = escaped(&in_words(value, zone, locale));
                let _ = writeln!(html, "<dt>{}</dt><dd>{value}</dd>", escaped(&label(name, locale)));
            }
            html.push_str("</dl>\n");
        }
        html.push_str("</section>\n");
    }
    html.push_str("</body>\n</html>\n");
    html
}

fn in_words(value: &Value, zone: &str, locale: Locale) -> String {
    match value {
        Value::String(text) => match chrono::DateTime::parse_from_rfc3339(text) {
            Ok(at) => when::moment(at.to_utc(), zone, locale),
            Err(_) => text.clone(),
        },
        Value::Bool(yes) => locale.t(if *yes { "sí" } else { "no" }, if *yes { "yes" } else { "no" }).to_owned(),
        Value::Object(_) | Value::Array(_) => serde_json::to_string_pretty(value).unwrap_or_default(),
        other => other.to_string(),
    }
}

/// What a column is called; in Spanish where people would look for it, else its name with spaces.
fn label(column: &str, locale: Locale) -> String {
    let known = match column {
        "name" => Some(("Nombre", "Name")),
        "email" => Some(("Correo", "Email")),
        "phone" => Some(("Teléfono", "Phone")),
        "country" => Some(("País", "Country")),
        "locale" => Some(("Idioma", "Language")),
        "time_zone" => Some(("Zona horaria", "Time zone")),
        "role" => Some(("Tipo de cuenta", "Kind of account")),
        "created_at" => Some(("Creado", "Made")),
        "updated_at" => Some(("Cambiado", "Changed")),
        "address" => Some(("Dirección", "Address")),
        "plate" => Some(("Matrícula", "Plate")),
        "vin" => Some(("Bastidor (VIN)", "VIN")),
        "colour" => Some(("Color", "Colour")),
        "amount_cents" => Some(("Importe en céntimos", "Amount in cents")),
        "captured_cents" => Some(("Cobrado, en céntimos", "Charged, in cents")),
        "refunded_cents" => Some(("Devuelto, en céntimos", "Refunded, in cents")),
        "currency" => Some(("Moneda", "Currency")),
        "state" | "status" | "current_state" => Some(("Estado", "State")),
        "text" | "body_text" => Some(("Texto", "Text")),
        "subject" => Some(("Asunto", "Subject")),
        "number" => Some(("Número", "Number")),
        "service_names" => Some(("Servicio", "Service")),
        "activated_at" => Some(("Activado", "Activated")),
        "expires_at" => Some(("Hasta", "Until")),
        "ended_at" => Some(("Terminado", "Ended")),
        "brand" => Some(("Marca", "Brand")),
        "last4" => Some(("Últimas cuatro cifras", "Last four digits")),
        "owner" => Some(("Titular", "Holder")),
        "given_at" => Some(("Dado", "Given")),
        "sent_at" => Some(("Enviado", "Sent")),
        "read_at" => Some(("Leído", "Read")),
        "at" => Some(("Momento", "Moment")),
        "kind" => Some(("Tipo", "Kind")),
        "reason" => Some(("Motivo", "Reason")),
        "channel" => Some(("Canal", "Channel")),
        "event" => Some(("Suceso", "Event")),
        "user_agent" => Some(("Navegador", "Browser")),
        "hash" => Some(("Sello", "Seal")),
        "previous" => Some(("Sello anterior", "Seal before")),
        _ => None,
    };
    known.map_or_else(|| column.replace('_', " "), |(es, en)| locale.t(es, en).to_owned())
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
