// Forms that are made to cost much: a head of a part that never ends.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { setUpOwner } from "../harness/flows.mjs";
import { person } from "../harness/rows.mjs";
import { cpuOf, workerds } from "../harness/processes.mjs";
import { file } from "../harness/tickets.mjs";
import { World } from "../harness/world.mjs";

const world = await World.start();
after(() => world.close());

const cpuMs = () => workerds().reduce((sum, pid) => sum + cpuOf(pid), 0);
let owner, client, lena;
before(async () => {
  owner = await setUpOwner(world);
  ({ client, person: lena } = await person(world, owner, {}));
});

test("a part's head that does not end is refused before it costs anything, at every form with files", async () => {
  const kinds = { headers: { "content-type": "multipart/form-data; boundary=x" } };
  const heads = { "before the first part": "", "in a part's head": '--x\r\nContent-Disposition: form-data; name="' };
  const forms = [
    [lena, "/tickets/new"], [lena, "/messages/new"], [lena, "/documents"],
    [owner, `${client.path}/documents`], [owner, `${client.path}/invoices/upload`], [owner, "/admin/settings/branding"],
  ];
  world.expectLog(/body: /);
  for (const [where, head] of Object.entries(heads)) {
    const body = Buffer.concat([Buffer.from(head), Buffer.alloc(16 << 20, "a")]);
    for (const [user, path] of forms) {
      const before = cpuMs();
      const answer = await user.request("POST", path, { ...kinds, body });
      assert.equal(answer.status, 400, `${path}, ${where}: ${answer}`);
      assert.match(answer.page.text, /The upload broke off/);
      // Searched anew for each piece, sixteen MiB take six seconds and more.
      assert.ok(cpuMs() - before < 1500, `${path}, ${where}: ${cpuMs() - before} ms of computing`);
    }
  }
});

test("a long file that is passed over, and the fields behind it, are read as ever", async () => {
  const form = (await lena.get("/tickets/new")).page.formTo("/tickets/new");
  const sent = form.fill({ subject: "Long", body: "With more than is asked for" }).filter(([name]) => name !== "file");
  const answer = await lena.upload("/tickets/new", [["stray", file("stray.bin", Buffer.alloc(3 << 20, "a"))], ...sent, ["file", file("a.txt", "words")]]);
  assert.equal(answer.status, 303, String(answer));
  const { results } = await world.db.prepare("SELECT file_name, size FROM ticket_files").all();
  assert.deepEqual(results, [{ file_name: "a.txt", size: 5 }]);
});
