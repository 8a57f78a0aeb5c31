// What a form or a file may carry that it should not: refused in words or cleaned, never a 500.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { addDocument, setUpOwner } from "../harness/flows.mjs";
import { person } from "../harness/rows.mjs";
import { World } from "../harness/world.mjs";

const world = await World.start();
after(() => world.close());

let owner, client, list, lena;
before(async () => {
  owner = await setUpOwner(world);
  ({ client, person: lena } = await person(world, owner, { client: "Birch Ltd" }));
  list = `${client.path}/documents`;
});

const newest = () => world.db.prepare("SELECT d.id, d.title, v.file_name, v.content_type FROM documents d JOIN document_versions v ON v.id = d.version_id ORDER BY d.created_at DESC, d.id DESC LIMIT 1").first();
const raw = (body, type = "multipart/form-data; boundary=B") => owner.request("POST", list, { body, headers: { "content-type": type } });
/** A form written by hand: [headers, content] of each part. */
const parts = (...list) => Buffer.concat([
  ...list.flatMap(([head, content]) => [Buffer.from(`--B\r\n${head}\r\n\r\n`), Buffer.from(content), Buffer.from("\r\n")]), Buffer.from("--B--\r\n"),
]);
const field = (name, value) => [`Content-Disposition: form-data; name="${name}"`, value];
const filePart = (filename, content = "x", type = "text/plain") => [`Content-Disposition: form-data; name="file"; filename="${filename}"\r\nContent-Type: ${type}`, content];

test("names are cleaned: paths, quotes, line breaks, direction marks, devices, length", async () => {
  for (const [sent, stored] of [
    ["../../../etc/passwd", "passwd"],
    ["..", "file"],
    ["C:\\Users\\me\\plan.pdf", "plan.pdf"],
    ["a%22b.pdf", "a%22b.pdf"],
    ["a%0D%0Ab.pdf", "a%0D%0Ab.pdf"],
    ["\u202Efdp.exe", "fdp.exe"],
    ["NUL.txt", "_NUL.txt"],
    [".htaccess", "htaccess"],
    [`${"ü".repeat(300)}.pdf`, `${"ü".repeat(88)}.pdf`],
    ["   ", "file"],
    ["Übersicht 渡辺 👩‍💻.pdf", "Übersicht 渡辺 👩‍💻.pdf"],
  ]) {
    const answer = await raw(parts(field("folder", ""), filePart(sent)));
    assert.equal(answer.status, 303, `${sent}: ${answer} ${answer.text}`);
    const made = await newest();
    assert.equal(made.file_name, stored, sent);
    const download = await owner.get(`/admin/documents/${made.id}/download`);
    assert.equal(download.status, 200);
    const header = download.headers["content-disposition"];
    assert.match(header, /^attachment; filename="[ !#-$&-\[\]-~]*"; filename\*=UTF-8''[A-Za-z0-9!#$&+.^_`|~%-]+$/);
    assert.equal(decodeURIComponent(header.split("UTF-8''")[1]), stored);
  }
  // Quotes and line breaks as a careless client would send them.
  for (const head of ['name="file"; filename="a\\"b.txt"', "name=file; filename=plain.txt", "name=\"file\"; filename*=UTF-8''%e2%82%ac.txt; filename=\"e.txt\""]) {
    const answer = await raw(parts(field("folder", ""), [`Content-Disposition: form-data; ${head}`, "x"]));
    assert.ok([303, 400, 422].includes(answer.status), `${head}: ${answer}`);
  }
});

test("what a browser would run comes down as plain bytes that run nothing", async () => {
  for (const [filename, type] of [["page.html", "text/html"], ["image.svg", "image/svg+xml"], ["feed.xml", "application/xml"], ["a.xhtml", "application/xhtml+xml"], ["script.js", "text/javascript"], ["sheet.pdf.html", "application/pdf"]]) {
    const document = await addDocument(owner, client, { file: { filename, type, content: "<script>alert(1)</script>" } });
    for (const answer of [await lena.get(`/documents/${document.id}/download`), await owner.get(`/admin/documents/${document.id}/download`), await owner.get(`/admin/documents/${document.id}/versions/1/download`)]) {
      assert.equal(answer.headers["content-type"], "application/octet-stream", filename);
      assert.match(answer.headers["content-disposition"], /^attachment;/);
      assert.equal(answer.headers["content-security-policy"], "default-src 'none'; sandbox");
      assert.equal(answer.headers["x-content-type-options"], "nosniff");
      assert.equal(answer.headers["cross-origin-resource-policy"], "same-origin");
      assert.equal(answer.headers["cache-control"], "private, no-cache");
    }
  }
  // The name decides, whatever type was claimed.
  const document = await addDocument(owner, client, { file: { filename: "plan.pdf", type: "text/html", content: "%PDF" } });
  assert.equal((await owner.get(`/admin/documents/${document.id}/download`)).headers["content-type"], "application/pdf");
});

test("text fields are refused at the field, and nothing is stored", async () => {
  const before = await world.db.prepare("SELECT count(*) AS n FROM documents").first("n");
  for (const [pairs, label, words] of [
    [[["title", "x".repeat(2_000_000)], ["folder", ""]], "Title", /shorten the title/],
    [[["title", "ü".repeat(100_000)], ["folder", ""]], "Title", /shorten the title/],
    [[["title", "a\0b"], ["folder", ""]], "Title", /cannot be stored/],
    [[["title", Buffer.from([0xff, 0xfe])], ["folder", ""]], "Title", /not valid text/],
    [[["title", "a"], ["title", "b"], ["folder", ""]], "Title", /sent twice/],
    [[["title", "a\r\nb"], ["folder", ""]], "Title", /one line/],
    [[["folder", "a/../../b"]], "Folder", /names with \//],
    [[["folder", Array.from({ length: 9 }, () => "a").join("/")]], "Folder", /at most 8 folders/],
    [[["folder", ""], ["visible", "on"], ["visible", "on"]], "Visible in Portal", /sent twice/],
  ]) {
    const answer = await raw(parts(...pairs.map(([name, value]) => field(name, value)), filePart("fine.txt")));
    assert.equal(answer.status, 422, `${label} ${words}: ${answer}`);
    assert.match(answer.page.errorAt(label), words);
  }
  assert.equal(await world.db.prepare("SELECT count(*) AS n FROM documents").first("n"), before);
  assert.equal(await world.db.prepare("SELECT count(*) AS n FROM uploads").first("n"), 0);
});

test("bodies that are no form, or not ours, get a sentence and not an error of ours", async () => {
  for (const [body, type, statuses] of [
    ["", "multipart/form-data; boundary=B", [400, 422]],
    ["", undefined, [400]],
    ["title=x", "application/x-www-form-urlencoded", [400]],
    ["nothing like a form", "multipart/form-data; boundary=B", [400]],
    ["--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\nbroken off", "multipart/form-data; boundary=B", [400]],
    ["--B--\r\n", "multipart/form-data", [400]],
    ["--B--\r\n", "multipart/form-data; boundary=", [400, 422]],
    [parts(filePart("", "")), "multipart/form-data; boundary=B", [422]],
    [parts(filePart("", "bytes without a name")), "multipart/form-data; boundary=B", [303]],
    [parts(field("role", "owner"), field("client_id", "x"), field("folder", "")), "multipart/form-data; boundary=B", [422]],
    [parts(...Array.from({ length: 2000 }, (_, n) => field(`f${n}`, "x")), filePart("many.txt")), "multipart/form-data; boundary=B", [303]],
  ]) {
    const answer = await raw(body, type);
    assert.ok(statuses.includes(answer.status), `${String(body).slice(0, 60)} as ${type}: ${answer}`);
    if (answer.status >= 400) assert.match(answer.text, /<h1>/);
  }
  assert.equal((await owner.request("POST", list, { headers: { "content-type": "multipart/form-data; boundary=B" } })).status, 400);
});

test("addresses that name nothing are not there", async () => {
  for (const path of ["x", "01890000-0000-7000-8000-00000000000Z", "01890000-0000-7000-8000-000000000000", "%00", "..%2f..", "'--"]) {
    for (const [user, prefix] of [[owner, "/admin/documents/"], [lena, "/documents/"]]) {
      assert.equal((await user.get(`${prefix}${path}`)).status, 404, prefix + path);
      assert.equal((await user.get(`${prefix}${path}/download`)).status, 404, prefix + path);
    }
  }
  const upper = (await newest()).id.toUpperCase();
  assert.equal((await owner.get(`/admin/documents/${upper}`)).status, 404, "one row has one address");
});

test("headers of ranges and conditions that mean nothing are passed over", async () => {
  const document = await addDocument(owner, client, { file: { filename: "a.bin", content: "0123456789" } });
  for (const headers of [
    { range: "bytes=" }, { range: "x".repeat(8000) }, { range: "bytes=0-1,2-3" }, { range: "bytes=1e3-" }, { range: "bytes=\xff" },
    { "if-none-match": '"' }, { "if-none-match": "x".repeat(8000) }, { "if-range": "x".repeat(8000), range: "bytes=0-1" },
  ]) {
    const answer = await lena.get(`/documents/${document.id}/download`, { headers });
    assert.deepEqual([answer.status, answer.text], [200, "0123456789"], JSON.stringify(headers).slice(0, 60));
  }
});
