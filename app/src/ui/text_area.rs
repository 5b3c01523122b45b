use leptos::prelude::*;

use super::{
    field::FieldFrame,
    text::{control_id, described_by},
};

/// What stands between the tags of a `textarea` on the server.
///
/// leptos 0.8.23 writes the children of `textarea` as they are: without this, a stored text could close
/// the element and run a script. The leading line break is the one HTML parsers drop.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len() + 16);
    safe.push('\n');
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            letter => safe.push(letter),
        }
    }
    safe
}

/// Several lines of input. The only place where a `textarea` may be written.
#[component]
pub fn TextArea(
    /// What is asked.
    #[prop(into)]
    label: String,
    /// The form's name of it.
    #[prop(into)]
    name: String,
    /// What stands in it already.
    #[prop(optional, into)]
    value: String,
    /// How to answer.
    #[prop(optional, into)]
    help: String,
    /// What is wrong and how to put it right.
    #[prop(optional, into)]
    error: String,
    /// The word for "optional" beside the label.
    #[prop(optional, into)]
    optional_word: String,
    /// Own id; made from the name otherwise.
    #[prop(optional, into)]
    id: String,
    /// Lines shown.
    #[prop(default = 5)]
    rows: u32,
    /// Most characters.
    #[prop(optional)]
    maxlength: Option<u32>,
    /// Must be answered.
    #[prop(optional)]
    required: bool,
) -> impl IntoView {
    let id = control_id(id, &name);
    let described = described_by(&id, &help, &error);
    let invalid = (!error.is_empty()).then_some("true");
    // In the browser the text is set as a DOM text node, which must not be escaped twice.
    let content = if cfg!(feature = "ssr") { escaped(&value) } else { value };
    view! {
        <FieldFrame id=id.clone() label=label help=help error=error optional_word=optional_word>
            <textarea
                class="input"
                id=id
                name=name
                rows=rows.to_string()
                maxlength=maxlength.map(|most| most.to_string())
                required=required
                aria-describedby=described
                aria-invalid=invalid
            >
                {content}
            </textarea>
        </FieldFrame>
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    fn rendered(value: &'static str) -> String {
        view! { <TextArea label="Nota" name="note" value=value/> }.to_html()
    }

    #[test]
    fn stored_text_cannot_leave_the_textarea() {
        let html = rendered("</textarea><script>alert(1)</script>&lt;b&gt;");
        assert!(!html.contains("<script"), "{html}");
        assert_eq!(html.matches("</textarea>").count(), 1, "{html}");
        assert!(html.contains("&lt;/textarea&gt;&lt;script&gt;alert(1)&lt;/script&gt;&amp;lt;b&amp;gt;"), "{html}");
    }

    #[test]
    fn first_line_break_of_the_text_survives() {
        assert!(rendered("\nline").contains(">\n\nline<"));
    }
}
