// Projects and tasks as staff make them: through the pages.

/** A project: { id, path, client }. Internal unless `visible: "on"`. */
export async function addProject(staff, client, fields = {}) {
  const path = `/admin/clients/${client.id}/projects/new`;
  const form = (await staff.get(path)).page.formTo(path);
  const answer = await staff.post(path, { ...Object.fromEntries(form.values), name: "Website", ...fields });
  const id = /^\/admin\/projects\/([^/?]+)$/.exec(answer.location ?? "")?.[1];
  if (!id) throw new Error(`Adding a project for ${client.name}: expected to be sent to it, got ${answer}: ${answer.page.text.slice(0, 400)}`);
  return { id, path: `/admin/projects/${id}`, client };
}

/** A task: { id, path, client }. Internal unless `visible: "on"`. */
export async function addTask(staff, client, fields = {}) {
  const path = `/admin/clients/${client.id}/tasks/new`;
  const form = (await staff.get(path)).page.formTo(path);
  const answer = await staff.post(path, { ...Object.fromEntries(form.values), title: "Send photos", ...fields });
  const id = /^\/admin\/tasks\/([^/?]+)$/.exec(answer.location ?? "")?.[1];
  if (!id) throw new Error(`Adding a task for ${client.name}: expected to be sent to it, got ${answer}: ${answer.page.text.slice(0, 400)}`);
  return { id, path: `/admin/tasks/${id}`, client };
}

/** An entry of time: { id, path }. `what` is a project or a task; left out, the client alone. */
export async function addTime(staff, client, { what, ...fields } = {}) {
  const path = `/admin/clients/${client.id}/time-logs`;
  const form = (await staff.get(path)).page.formTo(path);
  const value = what ? `${what.path.includes("/tasks/") ? "t" : "p"}.${what.id}` : `c.${client.id}`;
  const before = new Set(await entryIds(staff, client));
  const answer = await staff.submit(form, { what: value, time: "1:30", ...fields }, { follow: false });
  if (answer.status !== 303) throw new Error(`Logging time for ${client.name}: expected to be sent on, got ${answer}: ${answer.page.text.slice(0, 400)}`);
  const id = (await entryIds(staff, client)).find((id) => !before.has(id));
  return { id, path: `/admin/time-logs/${id}`, client };
}
const entryIds = async (staff, client) => (await staff.world.db.prepare("SELECT id FROM time_entries WHERE client_id = ? ORDER BY id").bind(client.id).all()).results.map(({ id }) => id);

/** What clients see of time: "nothing", "totals", "entries" or "people". */
export async function showTime(owner, shown, fields = {}) {
  const path = "/admin/settings/time-logs";
  const answer = await owner.submit((await owner.get(path)).page.formTo(path), { shown, ...fields }, { follow: false });
  if (answer.status !== 303) throw new Error(`Showing ${shown} of time: expected to be sent on, got ${answer}: ${answer.page.text.slice(0, 400)}`);
}
