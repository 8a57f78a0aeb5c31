// The access table's third side: states. Every route of the client side with each module off, at each of the three
// places where it can be switched off; every route that names a thing, with that thing in every state that hides it
// or shows it to some; and people who are no more. Routes and guards come from the router, so a new one is asked the
// day it is written. The answers of access-table.mjs hold but for what a state changes.
import { after, before, describe, test } from "node:test";
import assert from "node:assert/strict";
import { FITS, NOBODYS, ask, comparable, fill, inPreview, keyOf, routes, setTheStage } from "../harness/access.mjs";
import { draftInvoice, sentInvoice } from "../harness/billing.mjs";
import { addDocument } from "../harness/flows.mjs";
import { erasePerson } from "../harness/erasing.mjs";
import { startThreadWith } from "../harness/messages.mjs";
import { colleague, contactRow, invitation, person } from "../harness/rows.mjs";
import { accept } from "../harness/flows.mjs";
import { file, note } from "../harness/tickets.mjs";
import { addProject, addTask } from "../harness/work.mjs";
import { World } from "../harness/world.mjs";
import { ROWS } from "./access-table.mjs";

const world = await World.start({ settings: { STRIPE_WEBHOOK_SECRET: "whsec_nobody_knows" } });
after(() => world.close());
const run = (sql, ...values) => world.db.prepare(sql).bind(...values).run();
const one = (sql, ...values) => world.db.prepare(sql).bind(...values).first();

/** The modules that each guard of the client side asks for. A guard that is not here fails below. */
const MODULES = { projects: 1, tasks: 2, "time-logs": 4, documents: 8, uploads: 16, billing: 32, payments: 64, support_tickets: 128, messages: 256 };
const NEEDS = {
  contact: [], "contact:leaving": [], "contact:fresh": [],
  ...Object.fromEntries(Object.keys(MODULES).map((name) => [`contact:${name}`, [name]])),
  "contact:uploads": ["documents", "uploads"], "contact:payments": ["billing", "payments"],
};
/** Where a module can be switched off: [the statement that does, the one that takes it back]. */
const PLACES = {
  "for the business": ["UPDATE business SET modules = modules & ~?1 WHERE ?2 = ?2", "UPDATE business SET modules = modules | ?1 WHERE ?2 = ?2"],
  "for the client": ["UPDATE clients SET modules_off = modules_off | ?1 WHERE id = (SELECT client_id FROM contacts WHERE id = ?2)", "UPDATE clients SET modules_off = modules_off & ~?1 WHERE id = (SELECT client_id FROM contacts WHERE id = ?2)"],
  "for the contact": ["UPDATE contacts SET modules_off = modules_off | ?1 WHERE id = ?2", "UPDATE contacts SET modules_off = modules_off & ~?1 WHERE id = ?2"],
};

const ofClients = routes.filter(({ guard }) => guard.startsWith("contact"));
const isLast = ({ path }) => /\/sign-out$/.test(path);
let asked = 0;
after(() => console.log(`${asked} answers to states`));

let who, subjects, client, contact;
before(async () => {
  ({ who, subjects, client } = await setTheStage(world));
  contact = client.contact;
});

const row = (route) => ROWS[keyOf(route)];
const asPreview = () => who.preview.clone();

/** Asks one route of somebody, and says what is wrong with the answer; nothing where it is as expected. */
async function wrong(route, user, expected, ids = subjects) {
  asked += 1;
  const path = fill(route.path, row(route), ids);
  const answer = await ask(user, route.method, path);
  const fits = typeof expected === "number" ? answer.status === expected : FITS[expected]?.(answer);
  if (!fits) return `${user.name}, ${keyOf(route)}: expected ${expected}, saw ${answer}`;
  if (expected !== "hidden") return null;
  // Once a minute an answer brings the cookie anew, whatever was asked for: then both are asked once more.
  const never = route.path.replace(/\{\*?\w+\}/g, NOBODYS);
  for (const first of [answer, await ask(user, route.method, path)]) {
    const second = comparable(await ask(user, route.method, never));
    if (JSON.stringify(comparable(first)) === JSON.stringify(second)) return null;
  }
  return `${user.name}, ${keyOf(route)}: the 404 tells that ${path} exists`;
}
const all = async (questions) => {
  const found = [];
  for (const question of questions) found.push(await question());
  assert.deepEqual(found.filter(Boolean), []);
};

test("every guard of the client side says which modules it asks for", () => {
  assert.deepEqual([...new Set(ofClients.map(({ guard }) => guard))].filter((guard) => !NEEDS[guard]), []);
  for (const name of Object.keys(MODULES)) assert.ok(ofClients.some(({ guard }) => NEEDS[guard].includes(name)), `${name} guards nothing`);
});

describe("a module off", () => {
  for (const [module, bit] of Object.entries(MODULES)) {
    for (const [place, [off, on]] of Object.entries(PLACES)) {
      test(`${module}, ${place}: its routes are 404, for the client and in the preview, the others as ever`, async () => {
        await run(off, bit, contact.id);
        try {
          await all(ofClients.filter((route) => !isLast(route)).flatMap((route) => {
            const gone = NEEDS[route.guard].includes(module);
            const preview = route.method === "GET" && gone ? "hidden" : inPreview(route, row(route));
            return [
              () => wrong(route, client.person, gone ? "hidden" : row(route).client),
              // The rest of the preview is asked once a module: it is the same guard.
              ...(gone || place === "for the client" ? [() => wrong(route, asPreview(), preview)] : []),
            ];
          }));
        } finally {
          await run(on, bit, contact.id);
        }
      });
    }
  }
});

/** Things of the client in a state of their own: `client` what its people get, `staff` what staff get; else as ever. */
const STATES = {
  document: {
    unpublished: { make: () => addDocument(who.owner, client.client, { visible: false }), client: "hidden" },
    "not shown yet": { make: async () => shown("visible_from = ?2", world.now() + 86_400_000), client: "hidden" },
    "shown no longer": { make: async () => shown("visible_until = ?2", world.now() - 1), client: "hidden" },
    deleted: { make: async () => shown("deleted_at = ?2", world.now()), client: "hidden", staff: 404 },
  },
  invoice: {
    draft: { make: () => draftInvoice(who.owner, client.client), client: "hidden" },
    void: {
      make: async () => {
        const invoice = await sentInvoice(who.owner, client.client);
        assert.equal((await who.owner.post(`${invoice.path}/void`, { reason: "Twice" })).status, 303);
        return invoice;
      },
    },
  },
  project: { hidden: { make: () => addProject(who.owner, client.client, {}), client: "hidden" } },
  task: { hidden: { make: () => addTask(who.owner, client.client, {}), client: "hidden" } },
  ticketFile: {
    "of a note among staff": {
      make: async () => {
        await note(who.owner, { admin: `/admin/tickets/${subjects.ticket}` }, "Between us.", { files: [file("inside.txt")] });
        return one("SELECT f.id FROM ticket_files f JOIN ticket_messages m ON m.id = f.message_id WHERE m.internal = 1 ORDER BY f.id DESC LIMIT 1");
      },
      client: "hidden",
    },
  },
  thread: { "of a hidden project": { make: () => hiddenThread(), client: "hidden" } },
  messageFile: {
    "of a hidden project": {
      make: async () => one("SELECT f.id FROM message_files f JOIN messages m ON m.id = f.message_id WHERE m.thread_id = ? LIMIT 1", (await hiddenThread()).id),
      client: "hidden",
    },
  },
};
async function shown(set, value) {
  const document = await addDocument(who.owner, client.client);
  await run(`UPDATE documents SET ${set} WHERE id = ?1`, document.id, value);
  return document;
}
async function hiddenThread() {
  const project = await addProject(who.owner, client.client, {});
  return startThreadWith(who.owner, client.client, { project: project.id, files: [file("inside.txt")] });
}

describe("a thing in a state", () => {
  for (const [subject, states] of Object.entries(STATES)) {
    const theirs = routes.filter((route) => Object.values(row(route)?.ids ?? {}).includes(subject) || (subject === "invoice" && Object.values(row(route)?.ids ?? {}).includes("draft")));
    test(`${subject}: there are routes on both sides`, () => {
      assert.ok(theirs.some(({ guard }) => guard.startsWith("contact")) && theirs.some(({ path }) => path.startsWith("/admin/")));
    });
    for (const [state, { make, client: clients, staff }] of Object.entries(states)) {
      test(`${subject}, ${state}: what everybody gets`, async () => {
        const { id } = await make();
        const ids = { ...subjects, [subject]: id, ...(subject === "invoice" ? { draft: id } : {}) };
        await all(theirs.flatMap((route) => {
          const isTheirs = route.guard.startsWith("contact");
          if (!isTheirs && !route.path.startsWith("/admin/")) return [];
          const usual = row(route);
          const asClient = clients ?? usual.client;
          const preview = route.method === "GET" && isTheirs ? asClient : inPreview(route, usual);
          const questions = ["anonymous", "off", "archived"].map((name) => () => wrong(route, who[name], usual[name], ids));
          if (isTheirs) {
            // A void invoice is nothing of another client's either.
            questions.push(() => wrong(route, who.other, "hidden", ids), () => wrong(route, client.person, asClient, ids), () => wrong(route, asPreview(), preview, ids));
            for (const name of ["member", "owner"]) questions.push(() => wrong(route, who[name], usual[name], ids));
          } else if (route.method === "GET") {
            // What a draft's own pages do with an invoice that was sent is theirs to say: they let staff through.
            const passes = staff ?? (subject === "invoice" ? "passes" : undefined);
            for (const name of ["member", "admin", "owner"]) questions.push(() => wrong(route, who[name], passes ?? usual[name], ids));
            questions.push(() => wrong(route, client.person, usual.client, ids));
          }
          return questions;
        }));
      });
    }
  }
});

describe("somebody who is no more", () => {
  const PEOPLE = {
    "staff who were deactivated": async () => {
      const gone = await colleague(world, who.owner, "admin");
      await run("UPDATE staff SET deactivated_at = ? WHERE email = ?", world.now(), gone.email);
      return gone;
    },
    "staff whose epoch went on": async () => {
      const gone = await colleague(world, who.owner, "admin");
      await run("UPDATE staff SET epoch = epoch + 1 WHERE email = ?", gone.email);
      return gone;
    },
    "a contact who was removed": async () => {
      const gone = await person(world, who.owner);
      assert.equal((await who.owner.post(`/admin/contacts/${gone.contact.id}/remove`, {})).status, 303);
      return gone.person;
    },
    "a contact who was erased": async () => {
      const gone = await person(world, who.owner);
      assert.equal((await erasePerson(who.owner, gone.contact)).status, 303);
      return gone.person;
    },
    "a contact whose access was taken": async () => {
      const gone = await person(world, who.owner);
      await run("UPDATE contacts SET portal_access = 0 WHERE id = ?", gone.contact.id);
      return gone.person;
    }, // the neutral page, as of a portal that is off
    "a contact who was invited and never came": async () => {
      const waiting = await contactRow(world, client.client);
      await invitation(who.owner, waiting);
      return world.user("who never came");
    },
    "a contact whose sessions staff ended": async () => {
      const gone = await person(world, who.owner);
      assert.equal((await who.owner.post(`/admin/contacts/${gone.contact.id}/end-sessions`, {})).status, 303);
      return gone.person;
    },
    "a colleague of the client whose portal went off and on again": async () => {
      const gone = await person(world, who.owner);
      for (const enabled of ["off", "on"]) await who.owner.post(`${gone.client.path}/portal`, { enabled });
      return gone.person;
    },
  };
  for (const [what, make] of Object.entries(PEOPLE)) {
    const as = what.endsWith("access was taken") ? "off" : "anonymous";
    test(`${what}: what ${as === "off" ? "a closed portal says" : "nobody gets"}`, async () => {
      const gone = await make();
      // The way out stays open, and says its own.
      const asked = routes.filter((route) => !isLast(route) && !["anonymous", "provider", "pay-link", "contact:leaving"].includes(route.guard) && row(route));
      await all(asked.map((route) => () => wrong(route, gone.clone(), row(route)[as])));
    });
  }
});

test("the number of answers is what routes, modules and states make", () => {
  const modules = Object.keys(MODULES).length * Object.keys(PLACES).length;
  const states = Object.values(STATES).flatMap(Object.keys).length;
  console.log(`${ofClients.length} routes of the client side × ${modules} ways that a module is off; ${states} states of things; ${asked} answers in all`);
  assert.ok(asked > ofClients.length * modules);
});
