// The branding page shows what clients will see while the form changes. The server derives the colours that
// count; this does the same sums for the eye.

const pane = document.querySelector("[data-preview]");
const forms = document.querySelectorAll("form[data-branding]");
const dark = matchMedia("(prefers-color-scheme: dark)");
const field = (name) => [...forms].map((form) => form.elements[name]).find(Boolean);

const channels = (hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
const hexOf = (rgb) => "#" + rgb.map((part) => Math.round(part).toString(16).padStart(2, "0")).join("");
const mix = (rgb, other, share) => rgb.map((part, i) => part + (other[i] - part) * share);

// WCAG 2: relative luminance, and the contrast of two colours (1 to 21).
function luminance(rgb) {
  const [r, g, b] = rgb.map((part) => {
    const c = part / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
function contrast(a, b) {
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (high + 0.05) / (low + 0.05);
}

// Moves a colour towards another, two hundredths at a time, until it stands out enough from the ground.
function readable(rgb, towards, ground, least) {
  let share = 0;
  while (share < 1 && contrast(mix(rgb, towards, share), ground) < least) share += 0.02;
  return mix(rgb, towards, Math.min(share, 1));
}

const WHITE = [255, 255, 255];
const BLACK = [0, 0, 0];
const INK = [17, 20, 24];

// "#0a7", "0a7" and "#00aa77" are one colour; null when it is none.
function parse(text) {
  const digits = text.trim().replace(/^#/, "").toLowerCase();
  if (/^[0-9a-f]{6}$/.test(digits)) return `#${digits}`;
  return /^[0-9a-f]{3}$/.test(digits) ? "#" + [...digits].map((d) => d + d).join("") : null;
}

function paint(hex) {
  const own = channels(hex);
  const [away, ground] = dark.matches ? [WHITE, [31, 36, 45]] : [BLACK, [240, 242, 245]];
  let fill = readable(own, away, ground, 1.2);
  let text = [WHITE, INK].find((ink) => contrast(fill, ink) >= 4.5);
  if (!text) [fill, text] = [readable(fill, BLACK, WHITE, 4.5), WHITE];
  const set = (name, rgb) => pane.style.setProperty(name, hexOf(rgb));
  set("--brand", fill);
  set("--brand-text", text);
  set("--brand-hover", mix(fill, text === WHITE ? BLACK : WHITE, 0.12));
  set("--link", readable(own, away, ground, 4.5));
  set("--focus", readable(own, away, ground, 3));
}

const shown = (name) => pane.querySelectorAll(`[data-show="${name}"]`);

// Says at once, and at the field, why the form cannot go like this; "" takes it back. The id is that of the server's sentence.
function refuse(input, text) {
  input.setCustomValidity(text);
  const id = `e-${input.name}`;
  document.getElementById(id)?.remove();
  input.closest(".field").classList.toggle("invalid", Boolean(text));
  const hint = document.getElementById(`h-${input.name}`) ? `h-${input.name}` : "";
  input.setAttribute("aria-describedby", text ? `${id} ${hint}`.trim() : hint);
  if (!text) return input.removeAttribute("aria-invalid");
  input.setAttribute("aria-invalid", "true");
  const said = Object.assign(document.createElement("p"), { className: "error", id, textContent: text });
  said.setAttribute("role", "alert");
  (input.closest(".colour") ?? input).after(said);
}

if (pane) {
  const colour = field("colour");
  const picker = document.querySelector("[data-picker]");
  const repaint = () => {
    const hex = parse(colour.value);
    if (!hex) return;
    paint(hex);
    if (picker) picker.value = hex;
  };
  if (colour) {
    colour.addEventListener("input", () => {
      repaint();
      if (parse(colour.value)) refuse(colour, "");
    });
    colour.addEventListener("change", () => {
      if (!parse(colour.value)) refuse(colour, "Enter a colour as # and six characters from 0–9 and A–F, like #2F5D50.");
    });
    dark.addEventListener("change", repaint);
    repaint();
  }
  if (picker && colour) {
    picker.hidden = false;
    picker.addEventListener("input", () => {
      colour.value = picker.value;
      refuse(colour, "");
      repaint();
    });
  }
  for (const name of ["name", "welcome_text", "support_email", "support_phone"]) {
    field(name)?.addEventListener("input", (event) => {
      for (const part of shown(name)) part.textContent = event.target.value;
    });
  }
  // What stands there while no file is chosen: the logo that is saved, or nothing to be seen.
  const images = [...shown("logo")].map((image) => ({ image, src: image.src, hidden: image.hidden }));
  let address;
  field("logo")?.addEventListener("change", (event) => {
    const [chosen] = event.target.files;
    const fits = !chosen || event.target.accept.split(",").includes(chosen.type);
    refuse(event.target, fits ? "" : "This cannot be the logo: PNG, JPEG or WebP is needed.");
    const file = fits ? chosen : undefined;
    if (address) URL.revokeObjectURL(address);
    address = file && URL.createObjectURL(file);
    for (const { image, src, hidden } of images) {
      image.src = address ?? src;
      image.hidden = !address && hidden;
    }
  });
}
