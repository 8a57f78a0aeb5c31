// What `time_spent` has to keep, worked out from the entries themselves and not by the database's own rules: a row a
// day and a row a month for everybody, a client, a project, a person, and a person for a client or a project.

const ENTRIES = "SELECT client_id, project_id, staff_id, day, minutes, state, coalesce(amount, 0) AS amount, coalesce(currency, '') AS currency FROM time_entries";
const KEPT = "SELECT client_id, project_id, staff_id, is_month, span, currency, unbilled, unbilled_amount, billed, billed_amount, not_billable FROM time_spent";

/** The rows that these entries make, as lines of text in their order. */
function derived(entries) {
  const rows = new Map();
  for (const { client_id: client, project_id: project, staff_id: person, day, minutes, state, amount, currency } of entries) {
    const owners = [["*", "*", "*"], [client, "*", "*"], [client, project ?? "", "*"], ["*", "*", person], [client, "*", person], [client, project ?? "", person]];
    for (const owner of owners) {
      for (const [isMonth, span] of [[0, day], [1, day.slice(0, 7)]]) {
        const key = [...owner, isMonth, span, currency].join(" | ");
        const sums = rows.get(key) ?? { unbilled: 0, unbilled_amount: 0, billed: 0, billed_amount: 0, not_billable: 0 };
        sums[state] += minutes;
        if (state !== "not_billable") sums[`${state}_amount`] += amount;
        rows.set(key, sums);
      }
    }
  }
  return [...rows].map(([key, sums]) => `${key}: ${Object.values(sums).join(" ")}`).toSorted();
}

/** What is kept and what would be right, as lines of text. `read` gives the rows of a statement. */
export async function keptAndRight(read) {
  const kept = (await read(KEPT)).map((row) => {
    const values = Object.values(row);
    return `${values.slice(0, 6).join(" | ")}: ${values.slice(6).join(" ")}`;
  });
  return { kept: kept.toSorted(), right: derived(await read(ENTRIES)) };
}
