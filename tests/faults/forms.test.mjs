// Every route that writes × every fault at every step of it. A run without faults says what should be there in
// the end; with each fault the person who reads that it did not work sends the same form again, and exactly
// that is there: nothing lost, nothing doubled.
import { ROUTES } from "./forms.mjs";
import { tryForms } from "./suite.mjs";

const wishes = (process.env.ROUTES ?? "").split(",").filter(Boolean);
const [part, parts] = (process.env.PART ?? "1/1").split("/").map(Number);

await tryForms(
  ROUTES.filter((key, n) => (wishes.length === 0 ? n % parts === part - 1 : wishes.some((wish) => key.includes(wish)))),
  { once: Boolean(process.env.ONCE) },
);
