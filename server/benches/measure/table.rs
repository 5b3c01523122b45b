//! What was measured, in one aligned table.

/// One line: what, how much at most or at least, how much it was, and whether that is enough.
struct Row {
    what: String,
    target: String,
    value: String,
    /// `None`: said for information.
    met: Option<bool>,
}

/// The table.
#[derive(Default)]
pub struct Table(Vec<Row>);

impl Table {
    /// A figure that must not be above its target.
    pub fn at_most(&mut self, what: impl Into<String>, value: f64, target: f64, unit: &str) {
        self.judged(what, format!("≤ {}", figure(target, unit)), figure(value, unit), value <= target);
    }

    /// A figure that must not be below its target.
    pub fn at_least(&mut self, what: impl Into<String>, value: f64, target: f64, unit: &str) {
        self.judged(what, format!("≥ {}", figure(target, unit)), figure(value, unit), value >= target);
    }

    /// Something that holds or does not.
    pub fn judged(&mut self, what: impl Into<String>, target: impl Into<String>, value: impl Into<String>, met: bool) {
        self.add(Row { what: what.into(), target: target.into(), value: value.into(), met: Some(met) });
    }

    /// A figure without a target.
    pub fn says(&mut self, what: impl Into<String>, value: impl Into<String>) {
        self.add(Row { what: what.into(), target: String::new(), value: value.into(), met: None });
    }

    /// Said at once as well: a measurement that breaks off has not been in vain.
    fn add(&mut self, row: Row) {
        eprintln!("  {}: {}", row.what, row.value);
        self.0.push(row);
    }

    /// Whether no target was missed.
    pub fn all_met(&self) -> bool {
        self.0.iter().all(|row| row.met != Some(false))
    }

    /// Prints it as Markdown, which is also how it stands in the README.
    pub fn print(&self) {
        let rows: Vec<[&str; 4]> = std::iter::once(["Measured", "Target", "Value", "Verdict"])
            .chain(self.0.iter().map(|row| {
                let verdict = match row.met {
                    None => "",
                    Some(true) => "met",
                    Some(false) => "MISSED",
                };
                [row.what.as_str(), row.target.as_str(), row.value.as_str(), verdict]
            }))
            .collect();
        let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
        let widths = [width(0), width(1), width(2), width(3)];
        for (number, [what, target, value, verdict]) in rows.iter().enumerate() {
            println!(
                "| {what:<a$} | {target:>b$} | {value:>c$} | {verdict:<d$} |",
                a = widths[0],
                b = widths[1],
                c = widths[2],
                d = widths[3]
            );
            if number == 0 {
                println!(
                    "| {} | {}: | {}: | {} |",
                    "-".repeat(widths[0]),
                    "-".repeat(widths[1].saturating_sub(1)),
                    "-".repeat(widths[2].saturating_sub(1)),
                    "-".repeat(widths[3])
                );
            }
        }
    }
}

fn figure(value: f64, unit: &str) -> String {
    let digits = if value.abs() >= 100.0 {
        0
    } else if value.abs() >= 10.0 {
        1
    } else {
        2
    };
    let text = format!("{value:.digits$}");
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    if unit.is_empty() { text.to_owned() } else { format!("{text} {unit}") }
}
