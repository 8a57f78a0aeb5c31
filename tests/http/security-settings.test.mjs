// Settings → Security: the two numbers, what they change, and the entry in the audit log.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { setUpOwner } from "../harness/flows.mjs";
import { clientRow, contactRow, invitation } from "../harness/rows.mjs";
import { World } from "../harness/world.mjs";

const world = await World.start();
after(() => world.close());
let owner;
before(async () => { owner = await setUpOwner(world); });

const PATH = "/admin/settings/security";
const DAY = 86_400_000;
const errorAt = (answer, field) => answer.page.all(`#e-${field}`).map((e) => e.text.trim()).join();
const entries = async () => (await world.db.prepare("SELECT detail FROM audit WHERE action = 'security.changed' ORDER BY id").all()).results;

test("they stand at seven days and 100 MB", async () => {
  const answer = await owner.get(PATH);
  assert.equal((await answer.cost()).d1, 1);
  const value = (name) => answer.page.all(`#f-${name}`)[0].getAttribute("value");
  assert.deepEqual([value("invite_days"), value("upload_limit")], ["7", "100"]);
});

test("numbers out of range, and what is no number, are refused at the field", async () => {
  for (const bad of ["", "0", "31", "-1", "7.5", "seven", "1e1", "9".repeat(2_000_000), "1\0", ["5", "6"]]) {
    const answer = await owner.post(PATH, { invite_days: bad, upload_limit: "100" });
    assert.equal(answer.status, 422, JSON.stringify(bad).slice(0, 40));
    assert.notEqual(errorAt(answer, "invite_days"), "");
  }
  for (const bad of ["", "0", "5121", "-5", "1,5"]) {
    const answer = await owner.post(PATH, { invite_days: "7", upload_limit: bad });
    assert.equal(answer.status, 422, bad);
    assert.match(errorAt(answer, "upload_limit"), /1 to 5120/);
  }
  assert.deepEqual(await entries(), []);
});

test("a change is kept, said in the log, and the next invitation and upload go by it", async () => {
  const answer = await owner.post(PATH, { invite_days: "14", upload_limit: "1" });
  assert.equal(answer.status, 303);
  assert.ok((await answer.cost()).d1 <= 2);
  assert.equal((await entries())[0].detail, "invitations work for 14 days (7 days before), documents up to 1 MB (100 MB before)");
  await owner.post(PATH, { invite_days: "14", upload_limit: "1" });
  assert.equal((await entries()).length, 1, "the same again is no change");

  const client = await clientRow(world);
  await invitation(owner, await contactRow(world, client));
  const link = await world.db.prepare("SELECT created_at, expires_at FROM links WHERE purpose = 'invitation'").first();
  assert.equal(link.expires_at - link.created_at, 14 * DAY);
  await owner.post("/admin/settings/staff/new", { name: "Nora New", email: "nora@business.test", role: "member" });
  const join = await world.db.prepare("SELECT created_at, expires_at FROM links WHERE purpose = 'join'").first();
  assert.equal(join.expires_at - join.created_at, 14 * DAY);

  const file = { filename: "big.bin", type: "application/octet-stream", content: Buffer.alloc((1 << 20) + 1) };
  const refused = await owner.upload(`${client.path}/documents`, { file });
  assert.ok(refused.status >= 400 && refused.status < 500, String(refused));
  assert.equal((await world.db.prepare("SELECT count(*) AS n FROM documents").first()).n, 0);
});
