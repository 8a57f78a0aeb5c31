// What every page gains where scripts run; without them everything still works.

const doc = document;

// Focus goes to what needs attention: the first field with an error, else the message that says what failed.
(doc.querySelector("[aria-invalid=true]") ?? doc.querySelector("main [role=alert]"))?.focus();

// A form is sent once, however often its button is pressed. The marks go when the page comes back from history.
doc.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented) return;
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = "yes";
  mark(form, "true");
});
addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  for (const form of doc.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    mark(form, "false");
  }
});
function mark(form, busy) {
  for (const button of form.querySelectorAll("button:not([type=button])")) button.setAttribute("aria-disabled", busy);
}

// Switches that save themselves need no Save button, also where a part of the page was renewed.
function switches(within) {
  for (const form of within.querySelectorAll("form[data-autosubmit]")) {
    for (const button of form.querySelectorAll("button")) button.hidden = true;
    form.addEventListener("change", () => form.requestSubmit());
  }
}
switches(doc);
doc.addEventListener("renewed", (event) => switches(event.target));

// Copy buttons take the text of the field before them.
if (navigator.clipboard) {
  for (const button of doc.querySelectorAll("[data-copy]")) {
    const label = button.querySelector("span");
    label.setAttribute("role", "status");
    button.hidden = false;
    button.addEventListener("click", async () => {
      const field = button.previousElementSibling;
      try {
        await navigator.clipboard.writeText(field.value);
        label.textContent = "Copied";
      } catch {
        field.select();
        label.textContent = "Press Ctrl+C";
      }
      setTimeout(() => (label.textContent = "Copy"), 3000);
    });
  }
}

// Pages that are meant for paper offer it.
for (const button of doc.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}

// Passwords can be looked at while they are typed.
for (const input of doc.querySelectorAll("input[type=password]")) {
  const box = doc.createElement("span");
  const button = doc.createElement("button");
  const label = input.labels[0]?.textContent.toLowerCase() ?? "password";
  box.className = "reveal";
  button.type = "button";
  // No aria-label: the field alone is found by that name.
  const rest = Object.assign(doc.createElement("span"), { className: "vh", textContent: ` ${label}` });
  const show = (on) => {
    input.type = on ? "text" : "password";
    button.replaceChildren(on ? "Hide" : "Show", rest);
  };
  const focused = doc.activeElement === input;
  input.replaceWith(box);
  box.append(input, button);
  if (focused) input.focus();
  show(false);
  button.addEventListener("click", () => show(input.type === "password"));
  input.form?.addEventListener("submit", () => show(false));
}

// Menus close with Escape and when the eye moves on.
const menus = () => doc.querySelectorAll("details.menu[open], details.confirm[open]");
doc.addEventListener("click", (event) => {
  for (const menu of menus()) if (!menu.contains(event.target)) menu.open = false;
});
doc.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of menus()) {
    if (menu.contains(doc.activeElement)) menu.querySelector("summary").focus();
    menu.open = false;
  }
});

// A row of tabs that slides on a phone begins with the one that is open in sight.
for (const row of doc.querySelectorAll(".tabs ul")) {
  const here = row.querySelector("[aria-current]");
  if (here) row.scrollLeft = here.offsetLeft - (row.clientWidth - here.offsetWidth) / 2;
}

// A running timer counts on while its page is open.
for (const clock of doc.querySelectorAll("[data-since]")) {
  const tick = () => {
    const minutes = Math.max(1, Math.ceil((Date.now() - Number(clock.dataset.since)) / 60000));
    clock.textContent = `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}`;
  };
  setInterval(tick, 10000);
}
