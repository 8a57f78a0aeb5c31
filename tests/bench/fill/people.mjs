// Clients with one contact each, beside those that came in through the pages.
import { inserter } from "./database.mjs";

const FIRST = ["Alder", "Birch", "Cedar", "Dune", "Elm", "Fern", "Grove", "Harbour", "Iris", "Juniper", "Kestrel", "Larch", "Maple", "Nettle", "Oak", "Pine"];
const SECOND = ["Bakery", "Yoga", "Studio", "Books", "Cycles", "Dental", "Events", "Films", "Garden", "Hotel", "Interiors", "Joinery", "Kitchens", "Legal", "Music", "Optics"];

/** So many clients, their portals on: a list of { id, contact }. Their words are put in, as adding one does. */
export function addClients(db, random, count, now) {
  const client = inserter(db, "clients", "id, name, name_key, reference, portal_enabled, created_at, updated_at");
  const contact = inserter(db, "contacts", "id, client_id, first_name, last_name, email, email_key, is_primary, created_at, updated_at");
  const found = inserter(db, "client_words", "word, client_id, owner_id", "INSERT OR IGNORE");
  return Array.from({ length: count }, (_, n) => {
    const at = now - (count - n) * 60_000;
    const [id, person] = [random.id(at), random.id(at)];
    const [name, reference, email] = [`${random.pick(FIRST)} ${random.pick(SECOND)} ${n}`, `C-${n}`, `person${n}@client${n}.test`];
    client(id, name, name.toLowerCase(), reference, 1, at, at);
    contact(person, id, "Pat", `Person${n}`, email, email, 1, at, at);
    for (const word of [...name.toLowerCase().split(" "), "c", `${n}`]) found(word, id, id);
    for (const word of ["pat", `person${n}`, `client${n}`, "test"]) found(word, id, person);
    return { id, contact: person };
  });
}
