use leptos::prelude::*;

/// Asks before what can't be undone. Native `<details>`: the button opens the question below itself,
/// with and without JavaScript; the answer is a form inside.
#[component]
pub fn ConfirmBox(
    /// What the button says, e.g. "Desistir del contrato aquí".
    #[prop(into)]
    opener: String,
    /// The question.
    #[prop(into)]
    title: String,
    /// The opener is drawn as danger.
    #[prop(optional)]
    danger: bool,
    /// Already open, e.g. because the form inside came back with an error.
    #[prop(optional)]
    open: bool,
    /// What it means, and the form with the answer.
    children: Children,
) -> impl IntoView {
    let class = if danger { "btn btn--danger" } else { "btn btn--secondary" };
    view! {
        <details class="confirm" open=open>
            <summary class=class>{opener}</summary>
            <div class="confirm__box">
                <p class="confirm__title">{title}</p>
                {children()}
            </div>
        </details>
    }
}

/// A native `<dialog>`; open from the start when the server says so, else shown by an island or by
/// a button with `commandfor` and `command="show-modal"`.
#[component]
pub fn Dialog(
    /// Its id, for the button that opens it.
    #[prop(into)]
    id: String,
    /// The question.
    #[prop(into)]
    title: String,
    /// Open from the start (not modal).
    #[prop(optional)]
    open: bool,
    /// What the closing button says.
    #[prop(into)]
    close_word: String,
    /// What it means, and the form with the answer.
    children: Children,
) -> impl IntoView {
    let title_id = format!("{id}-title");
    let label_id = title_id.clone();
    view! {
        <dialog class="dialog" id=id open=open aria-labelledby=label_id>
            <h2 id=title_id>{title}</h2>
            {children()}
            <form method="dialog"><button class="btn btn--quiet">{close_word}</button></form>
        </dialog>
    }
}
