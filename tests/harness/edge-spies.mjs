// Bindings that write down what they were asked. A D1 round trip is one batch, first, run, all, raw or
// exec. What comes after the response (waitUntil) is counted apart, in `after`.
import { breaking, withFault } from "./edge-faults.mjs";

const tally = () => ({ d1: 0, kv: 0, r2: 0, mail: 0, rowsRead: 0, rowsWritten: 0 });

/**
 * What one request did: figures until the response, in `after` those from then on, and every operation in
 * order. `lost` of its D1 round trips were broken by a fault that the test asked for.
 */
export const newRecord = (name) => ({ name, status: null, answered: false, background: 0, lost: 0, ...tally(), after: tally(), ops: [] });

function note(record, kind, op, about) {
  const figures = record.answered ? record.after : record;
  figures[kind]++;
  const entry = { kind, op, about, after: record.answered };
  record.ops.push(entry);
  return { figures, entry };
}

function count({ figures, entry }, results) {
  const sum = (field) => results.reduce((n, result) => n + (result?.meta?.[field] ?? 0), 0);
  entry.rowsRead = sum("rows_read");
  entry.rowsWritten = sum("rows_written");
  figures.rowsRead += entry.rowsRead;
  figures.rowsWritten += entry.rowsWritten;
}

/** An object that stands for `target`, some of its methods replaced; `constructor` stays, which the worker crate looks at. */
function standIn(target, replaced) {
  return new Proxy(target, {
    get(_, name) {
      if (Object.hasOwn(replaced, name)) return replaced[name];
      const value = Reflect.get(target, name, target);
      return typeof value === "function" && name !== "constructor" ? value.bind(target) : value;
    },
  });
}

const originals = new WeakMap();

function statement(real, sql, record) {
  const ask = (op, work) => {
    const noted = note(record, "d1", op, [sql]);
    return withFault("d1", op, sql, async () => work(noted), record);
  };
  const counted = (op) => () => ask(op, async (noted) => {
    const result = await real[op]();
    count(noted, [result]);
    return result;
  });
  const proxy = standIn(real, {
    bind: (...values) => statement(real.bind(...values), sql, record),
    run: counted("run"),
    all: counted("all"),
    raw: (options) => ask("raw", () => real.raw(options)),
    // By way of all(), which says how many rows were read; the same answer otherwise.
    first: (column) => ask("first", async (noted) => {
      const result = await real.all();
      count(noted, [result]);
      const row = result.results[0] ?? null;
      if (row === null || column === undefined || column === null) return row;
      if (!(column in row)) throw new Error(`D1_COLUMN_NOTFOUND: Column not found (${column})`);
      return row[column];
    }),
  });
  originals.set(proxy, { real, sql });
  return proxy;
}

export function spyOnDatabase(db, record) {
  return standIn(db, {
    prepare: (sql) => statement(db.prepare(sql), sql, record),
    batch: (statements) => {
      const known = statements.map((each) => originals.get(each));
      const texts = known.map(({ sql }) => sql);
      const noted = note(record, "d1", "batch", texts);
      return withFault("d1", "batch", texts.join(";\n"), async () => {
        const results = await db.batch(known.map(({ real }) => real));
        count(noted, results);
        return results;
      }, record);
    },
    exec: (sql) => {
      note(record, "d1", "exec", [sql]);
      return withFault("d1", "exec", sql, () => db.exec(sql), record);
    },
  });
}

const named = (key) => (Array.isArray(key) ? key.join(" ") : String(key ?? ""));

export function spyOnNamespace(kv, record) {
  const replaced = {};
  for (const op of ["get", "getWithMetadata", "put", "delete", "list"]) {
    replaced[op] = (...args) => {
      note(record, "kv", op, [named(args[0])]);
      return withFault("kv", op, named(args[0]), () => kv[op](...args), record);
    };
  }
  return standIn(kv, replaced);
}

function upload(real, key, record) {
  const replaced = {};
  for (const op of ["uploadPart", "complete", "abort"]) {
    replaced[op] = (...args) => {
      note(record, "r2", op, [key]);
      return withFault("r2", op, key, () => real[op](...args), record);
    };
  }
  return standIn(real, replaced);
}

export function spyOnBucket(bucket, record) {
  const ask = (op, key, work) => {
    note(record, "r2", op, [named(key)]);
    return withFault("r2", op, named(key), work, record);
  };
  return standIn(bucket, {
    head: (key) => ask("head", key, () => bucket.head(key)),
    delete: (key) => ask("delete", key, () => bucket.delete(key)),
    list: (options) => ask("list", options?.prefix, () => bucket.list(options)),
    get: (key, options) => ask("get", key, async (fault) => {
      const object = await bucket.get(key, options);
      return fault && object?.body ? standIn(object, { body: breaking(object.body, fault) }) : object;
    }),
    put: (key, value, options) => ask("put", key, (fault) => {
      if (!fault) return bucket.put(key, value, options);
      throw fault.error;
    }),
    createMultipartUpload: (key, options) =>
      ask("createMultipartUpload", key, async () => upload(await bucket.createMultipartUpload(key, options), key, record)),
    resumeMultipartUpload: (key, id) => upload(bucket.resumeMultipartUpload(key, id), key, record),
  });
}

const sent = [];
/** What the worker gave to the mail binding, oldest first. */
export const mails = () => sent;

class SendEmail {
  #record;
  constructor(record) {
    this.#record = record;
  }
  send(message) {
    const to = JSON.stringify(message.to);
    note(this.#record, "mail", "send", [to]);
    return withFault("mail", "send", to, async () => {
      sent.push(JSON.parse(JSON.stringify(message)));
      return { messageId: `<${sent.length}@edge.test>` };
    }, this.#record);
  }
}

export const spyOnMail = (record) => new SendEmail(record);
