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
