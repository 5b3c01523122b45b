use leptos::prelude::*;

/// One bar of a [`BarChart`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bar {
    /// What stands under it, short: "nov".
    pub label: String,
    /// Its figure in words: "29,90 €".
    pub text: String,
    /// Its height; less than nothing is drawn as nothing.
    pub value: i64,
    /// Where it leads.
    pub href: String,
}

/// Bars side by side, drawn on the server. The figures stand in a table beside it; the drawing is one picture with a name
/// for screen readers, and each bar a link with its figure.
#[component]
pub fn BarChart(
    /// What it shows, in a sentence.
    #[prop(into)]
    label: String,
    /// What the height of the highest line means: "120,00 €".
    #[prop(into)]
    top: String,
    /// The bars, in order.
    bars: Vec<Bar>,
) -> impl IntoView {
    const WIDTH: i64 = 480;
    const HEIGHT: i64 = 220;
    const TOP: i64 = 28;
    const FLOOR: i64 = HEIGHT - 28;
    /// Space that a label takes at least; where bars stand closer, only every so many has one.
    const LABEL: usize = 32;
    let every = (bars.len() * LABEL).div_ceil(WIDTH.unsigned_abs() as usize).max(1);
    let highest = bars.iter().map(|bar| bar.value).max().unwrap_or(0).max(1);
    let step = WIDTH / i64::try_from(bars.len()).unwrap_or(1).max(1);
    let drawn = bars
        .into_iter()
        .enumerate()
        .zip(0_i64..)
        .map(|((number, bar), at)| {
            let height = bar.value.max(0) * (FLOOR - TOP) / highest;
            let (left, width) = (at * step + step / 6, step - step / 3);
            let name = format!("{}: {}", bar.label, bar.text);
            let title = name.clone();
            let label = (number % every == 0).then_some(bar.label);
            view! {
                <a href=bar.href aria-label=name>
                    <title>{title}</title>
                    <rect class="chart__reach" x=(at * step).to_string() y=TOP.to_string() width=step.to_string() height=(FLOOR - TOP).to_string()/>
                    <rect class="chart__bar" x=left.to_string() y=(FLOOR - height).to_string() width=width.to_string() height=height.to_string() rx="3"/>
                    <text x=(at * step + step / 2).to_string() y=(HEIGHT - 8).to_string() text-anchor="middle">{label}</text>
                </a>
            }
        })
        .collect_view();
    view! {
        <figure class="chart">
            <svg viewBox=format!("0 0 {WIDTH} {HEIGHT}") role="group" aria-label=label>
                <line class="chart__line" x1="0" x2=WIDTH.to_string() y1=TOP.to_string() y2=TOP.to_string()/>
                <text class="chart__top" x="0" y=(TOP - 8).to_string()>{top}</text>
                {drawn}
                <line class="chart__line" x1="0" x2=WIDTH.to_string() y1=FLOOR.to_string() y2=FLOOR.to_string()/>
            </svg>
        </figure>
    }
}
