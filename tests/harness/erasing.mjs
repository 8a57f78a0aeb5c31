// Looking for what should be gone: every row of every table, and what people do to erase.

/** Every row of every table: { table: rows }. */
export async function everything(world) {
  const { results } = await world.db.prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_%' ESCAPE '\\' AND name NOT LIKE 'd1\\_%' ESCAPE '\\' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'").all();
  const all = await world.db.batch(results.map(({ name }) => world.db.prepare(`SELECT * FROM "${name}"`)));
  return Object.fromEntries(results.map(({ name }, n) => [name, all[n].results]));
}

/** Where words still stand: ["table.column: value"]. `except` names columns that may hold them. */
export async function whereStands(world, words, except = []) {
  const found = [];
  for (const [table, rows] of Object.entries(await everything(world))) {
    for (const row of rows) {
      for (const [column, value] of Object.entries(row)) {
        if (typeof value !== "string" || except.includes(`${table}.${column}`)) continue;
        const word = words.find((each) => value.toLowerCase().includes(each.toLowerCase()));
        if (word) found.push(`${table}.${column}: ${value.slice(0, 120)}`);
      }
    }
  }
  return found;
}

/** Erases a contact through the page; gives the answer to the form. */
export async function erasePerson(staff, { id }) {
  const path = `/admin/contacts/${id}/erase`;
  return staff.submit((await staff.get(path)).page.formTo(path), { sure: "on" }, { follow: false });
}

/** Exports a client and erases it through the pages; gives the answer to the last form. */
export async function eraseClient(staff, client) {
  await staff.post(`${client.path}/export`, {});
  const path = `${client.path}/erase`;
  return staff.submit((await staff.get(path)).page.formTo(path), { name: client.name }, { follow: false });
}
