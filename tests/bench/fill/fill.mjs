// Fills a portal's database with a business of any size, the same each time: clients, and as many invoices as
// documents, spread over three years, straight into the file of the local runtime.
import { inserter, withoutIndexes, writing } from "./database.mjs";
import { learnWords, sealLog, withoutSums } from "./derived.mjs";
import { filing } from "./documents.mjs";
import { invoicing } from "./invoices.mjs";
import { addClients } from "./people.mjs";
import { randomOf } from "./random.mjs";

const YEARS = 3 * 365 * 86_400_000;
const GROWING = ["invoices", "invoice_revisions", "ledger", "allocations", "documents", "document_versions", "receipts", "audit", "audit_chain", "search_words"];
/** What the sums of invoices are looked up by. */
const NEEDED = ["ledger_of_payment", "allocations_of_invoice"];

/**
 * `file`: the database, which nothing has open. `clients` beside `mine`, { id, contact }, to whom one invoice and
 * document of `every` belongs. `rows`: so many invoices, and as many documents. `step(what)` is told what begins.
 */
export function fill(file, { clients, rows, mine, every, now = Date.now(), seed = 20_261_128, step = () => {} }) {
  writing(file, (db) => {
    const random = randomOf(seed);
    const { id: staff, name } = db.prepare("SELECT id, name FROM staff ORDER BY id LIMIT 1").get();
    step("clients");
    const others = addClients(db, random, clients, now - YEARS);
    step("invoices and documents");
    const sums = withoutSums(db);
    const putBack = withoutIndexes(db, GROWING, NEEDED);
    const invoices = invoicing(db, random, now);
    const file = filing(db, random, staff);
    const note = inserter(db, "audit", "id, at, principal, principal_id, principal_name, action, entity_id, client_id, detail");
    for (let n = 0; n < rows; n++) {
      const at = now - YEARS + Math.floor((n * (YEARS - 60_000)) / rows);
      const whose = () => (n % every === 0 || others.length === 0 ? mine : random.pick(others));
      const [buyer, reader] = [whose(), whose()];
      const { id, state, number } = invoices.write(buyer.id, at);
      if (state !== "draft") note(random.id(at), at, "staff", staff, name, "invoice.sent", id, buyer.id, number);
      const document = file(reader, at);
      note(random.id(at), at, "staff", staff, name, "document.uploaded", document.id, reader.id, document.title);
    }
    invoices.count();
    step("sums of invoices");
    sums.ofInvoices();
    step("words");
    learnWords(db);
    step("seals");
    sealLog(db);
    step("indexes");
    putBack();
    step("accounts and totals");
    sums.ofAll();
  });
}
