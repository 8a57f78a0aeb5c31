// Writing an invoice, where scripts run: lines are added and removed in place, and what it comes to is
// asked of the server while one types. No amount is computed here.

const form = document.querySelector("form[data-invoice]");
const lines = form.querySelector("[data-lines]");
const sums = form.querySelector("[data-sums]");
const MOST = 500;

const all = () => [...lines.querySelectorAll(".line")];
const numberOf = (line) => Number(/_(\d+)$/.exec(line.querySelector("[name]").name)[1]);

function dress(line) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn quiet small remove";
  button.textContent = "×";
  button.addEventListener("click", () => remove(line));
  line.append(button);
}

function renumber() {
  all().forEach((line, place) => {
    line.querySelector("legend").textContent = `Line ${place + 1}`;
    line.querySelector(".remove").setAttribute("aria-label", `Remove line ${place + 1}`);
  });
}

function add() {
  const there = all();
  if (there.length >= MOST) return;
  const last = there.at(-1);
  const from = numberOf(last);
  const number = Math.max(...there.map(numberOf)) + 1;
  const line = last.cloneNode(true);
  line.querySelector(".remove").remove();
  for (const error of line.querySelectorAll("p.error")) error.remove();
  for (const field of line.querySelectorAll("[name]")) {
    field.name = field.name.replace(`_${from}`, `_${number}`);
    field.id = `f-${field.name}`;
    field.removeAttribute("aria-invalid");
    field.removeAttribute("aria-describedby");
    // The tax and the unit of the line above are likely those of the next.
    if (field.localName === "select") field.value = last.querySelector("select").value;
    else if (!field.name.startsWith("tax_")) field.value = "";
    else field.value = last.querySelector(`[name="tax_${from}"]`).value;
  }
  for (const label of line.querySelectorAll("label")) label.htmlFor = label.htmlFor.replace(`_${from}`, `_${number}`);
  line.querySelector("[data-amount]").textContent = "";
  dress(line);
  lines.append(line);
  renumber();
  line.querySelector("input").focus();
}

function remove(line) {
  const there = all();
  const next = there[there.indexOf(line) + 1] ?? there[there.indexOf(line) - 1];
  if (there.length === 1) {
    for (const field of line.querySelectorAll("input")) if (!field.name.startsWith("tax_")) field.value = "";
  } else {
    line.remove();
  }
  renumber();
  (next ?? line).querySelector("input").focus();
  ask();
}

form.querySelector("[data-add]").addEventListener("click", (event) => {
  event.preventDefault();
  add();
});
form.querySelector("[data-totals]").hidden = true;
for (const line of all()) dress(line);
renumber();

// What it comes to: the newest question alone is listened to.
let waiting;
let asking;
function ask() {
  clearTimeout(waiting);
  waiting = setTimeout(async () => {
    asking?.abort();
    asking = new AbortController();
    const body = new URLSearchParams(new FormData(form));
    body.set("go", "sums");
    try {
      const answer = await fetch(form.action, { method: "POST", body, signal: asking.signal, redirect: "error" });
      if (answer.ok) show(await answer.json());
    } catch {
      // Saving tells what is wrong.
    }
  }, 350);
}

function show({ lines: amounts, rows, total }) {
  const left = [...amounts];
  const says = (line) => [...line.querySelectorAll("input")].some((field) => !field.name.startsWith("tax_") && field.value.trim());
  for (const line of all()) line.querySelector("[data-amount]").textContent = (says(line) && left.shift()) || "";
  if (!total) return sums.replaceChildren();
  const list = document.createElement("dl");
  const row = (label, amount) => {
    const group = document.createElement("div");
    const term = document.createElement("dt");
    const value = document.createElement("dd");
    term.textContent = label;
    value.textContent = amount;
    group.append(term, value);
    list.append(group);
    return group;
  };
  for (const [label, amount] of rows) row(label, amount);
  row("Total", total).className = "total";
  sums.replaceChildren(list);
}

form.addEventListener("input", ask);
