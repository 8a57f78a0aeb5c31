// Whether HTML is valid, by html-validate's standard rules and those below.
import { HtmlValidate } from "html-validate";

const validator = new HtmlValidate({
  root: true,
  extends: ["html-validate:standard", "html-validate:a11y"],
  rules: {
    // White space is the templates' own business; browsers do not see it.
    "no-trailing-whitespace": "off",
    "long-title": "off",
    // Of the two navigations, one for phones and one for desks, CSS shows one; axe looks at what is shown.
    "unique-landmark": "off",
    // A button in a form submits it unless it says otherwise; that is what ours mean.
    "no-implicit-button-type": "off",
    // Void elements may be written either way.
    "void-style": "off",
    // We do not load code from elsewhere, and say so by CSP.
    "require-sri": "off",
    // Attribute values are written as the escaper leaves them.
    "no-raw-characters": ["error", { relaxed: true }],
  },
});

/** Mistakes in a page, one line each: place, rule, message. Empty when it is valid. */
export async function htmlMistakes(html) {
  const report = await validator.validateString(html);
  const lines = html.split("\n");
  return report.results.flatMap(({ messages }) => messages.map(({ line, column, ruleId, message }) =>
    `line ${line}:${column} ${ruleId}: ${message}\n    ${(lines[line - 1] ?? "").trim().slice(0, 160)}`));
}

/** Fails with every mistake named. */
export async function assertValidHtml(answer) {
  const mistakes = await htmlMistakes(answer.text);
  if (mistakes.length) throw new Error(`${answer} is not valid HTML:\n  ${mistakes.join("\n  ")}`);
}
