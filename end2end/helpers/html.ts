/** Whether HTML is valid, as html-validate sees it. */
import { HtmlValidate } from "html-validate";

const validator = new HtmlValidate({
  root: true,
  extends: ["html-validate:standard"],
  rules: {
    // axe looks at these in the finished page, with the styles applied.
    "wcag/h30": "off",
    "wcag/h32": "off",
    "wcag/h71": "off",
    // Forms work without JavaScript, and pages name their language: matters of the specs.
    "require-sri": "off",
    // Leptos renders these elements and its marks itself.
    "unrecognized-char-ref": "error",
    "no-trailing-whitespace": "off",
    "no-inline-style": "error",
    // A button in a form sends it unless it says otherwise, in every browser.
    "no-implicit-button-type": "off",
    "long-title": "off",
    "valid-id": ["error", { relaxed: true }],
    "prefer-native-element": "error",
    "element-permitted-content": "error",
    "void-style": "off",
    "attribute-boolean-style": "off",
    "attribute-empty-style": "off",
    "attr-quotes": "off",
    "doctype-style": "off",
    "no-raw-characters": "off",
  },
  // Custom elements of leptos: like a <div> wherever one may stand.
  elements: [
    "html5",
    {
      "leptos-island": { flow: true, phrasing: true, transparent: true },
      "leptos-children": { flow: true, phrasing: true, transparent: true },
    },
  ],
});

const seen = new Map<string, string[]>();

/** The faults of a document, each in one line; a document seen before is not looked at again. */
export async function problemsOfHtml(html: string): Promise<string[]> {
  let problems = seen.get(html);
  if (!problems) {
    const report = await validator.validateString(html);
    const lines = html.split("\n");
    problems = report.results.flatMap((result) =>
      result.messages
        .filter((message) => message.severity === 2)
        .map((message) => {
          const near = (lines[message.line - 1] ?? "").slice(Math.max(0, message.column - 40), message.column + 80);
          return `${message.ruleId}: ${message.message} near «${near}»`;
        }),
    );
    seen.set(html, problems);
  }
  return problems;
}
