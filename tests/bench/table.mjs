// The figures against the budgets, as people read them, and as a table of Markdown for the docs.
import { BUDGETS, held } from "./budgets.mjs";

const number = (value) => (Number.isInteger(value) ? String(value) : value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2));
const withUnit = (value, { unit }) => `${number(value)}${unit ? ` ${unit}` : ""}`;
const limit = (value, budget) => `${budget.more ? "≥" : "≤"} ${withUnit(value, budget)}`;

function verdict(budget, { met, noise, aimed, median }) {
  if (aimed) return "aim met";
  const distance = budget.aim === 0 ? `${number(median)} above the aim` : `${number(median / budget.aim)} × the aim`;
  if (met) return `met; ${distance}`;
  return `missed${noise ? ", within the noise" : budget.shown ? ", for information" : ""}; ${distance}`;
}

/** Rows of the table: [what, must, aim, measured, worst, verdict]. */
export function rows(figures) {
  return BUDGETS.flatMap((budget) => {
    const found = held(budget, figures);
    if (!found) return [];
    const { median, min, max, name } = found;
    const range = min === max ? "" : ` (${number(min)}–${number(max)})`;
    return [[budget.what, limit(budget.must, budget), limit(budget.aim, budget), `${withUnit(median, budget)}${range}`, name, verdict(budget, found)]];
  });
}

const HEAD = ["what", "must", "aim", "measured (lowest–highest)", "where it is worst", "verdict"];

/** As lines with columns. */
export function asText(figures) {
  const all = [HEAD, ...rows(figures)];
  const widths = HEAD.map((_, column) => Math.max(...all.map((row) => row[column].length)));
  return all.map((row) => row.map((cell, column) => cell.padEnd(widths[column])).join("  ").trimEnd()).join("\n");
}

/** As Markdown. */
export const asMarkdown = (figures) => [HEAD, HEAD.map(() => "---"), ...rows(figures)].map((row) => `| ${row.join(" | ")} |`).join("\n");

/** What the budgets fail at, in words. */
export const failures = (figures) => BUDGETS.filter((budget) => held(budget, figures)?.fails).map(({ what }) => what);
