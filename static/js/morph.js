// Makes a piece of the page like another one, touching only what differs: `morph(old, fresh)`, for fresh.js and wall.js.
// Whoever is in the middle of something goes on: focus, selection, scroll, open <details>, half-filled forms stay.

const WISH = 5000; // milliseconds: a star that was pressed so lately is star.js's to put right

// Selects in which somebody has chosen, be it what was chosen already: the page may say something else a moment later.
const chosen = new WeakSet();
addEventListener("change", ({ target }) => { if (target.matches?.("select")) chosen.add(target); }, true);
for (const name of ["submit", "reset"]) {
  addEventListener(name, ({ target }) => { for (const field of target.elements) chosen.delete(field); }, true);
}

export function morph(old, fresh) {
  const refocus = keepFocus(old);
  one(old, document.adoptNode(fresh));
  refocus();
}

function one(old, fresh) {
  if (old.nodeType !== Node.ELEMENT_NODE) {
    if (old.nodeValue !== fresh.nodeValue) old.nodeValue = fresh.nodeValue;
    return;
  }
  if (old.matches("form[data-star]") && isUnderWay(old)) asPressed(old, fresh);
  if (old.isEqualNode(fresh) || isTaken(old)) return;
  const { value, checked, selectedIndex } = fresh; // read now: children that are new leave it
  attributes(old, fresh);
  children(old, fresh);
  if (old.matches("input, textarea")) old.value = value;
  if (old.matches("input")) old.checked = checked;
  if (old.matches("select")) old.selectedIndex = selectedIndex;
}

// What the server never writes is a script's, and so is the look of a list that pack.js packs.
function attributes(old, fresh) {
  const isTheirs = (name) => name === "style" || (name === "open" && old.matches("details")) || (name === "class" && old.matches("[data-pack]"));
  for (const { name } of [...old.attributes]) if (!fresh.hasAttribute(name) && !isTheirs(name)) old.removeAttribute(name);
  for (const { name, value } of fresh.attributes) if (old.getAttribute(name) !== value && !isTheirs(name)) old.setAttribute(name, value);
}

function children(old, fresh) {
  const wanted = [...fresh.childNodes];
  const names = new Set(wanted.map(nameOf));
  const named = new Map();
  for (const child of [...old.childNodes]) {
    const name = nameOf(child);
    if (name === null) continue;
    if (names.has(name) && !named.has(name)) named.set(name, child);
    else remove(child);
  }

  const used = new Set();
  let spot = old.firstChild;
  for (const child of wanted) {
    const name = nameOf(child);
    const match = name === null ? nextAlike(spot, child) : named.get(name);
    if (!match || used.has(match)) {
      used.add(old.insertBefore(child, spot));
      continue;
    }
    used.add(match);
    // what has no name stays where it is and lets others go, since moving it would lose its scroll and focus
    if (match === spot || name === null) spot = match.nextSibling;
    else old.insertBefore(match, spot);
    one(match, child);
  }
  for (const child of [...old.childNodes]) if (!used.has(child)) remove(child);
}

// By this a child is known again wherever it stands; null: by its place alone.
function nameOf(node) {
  if (node.nodeType !== Node.ELEMENT_NODE) return null;
  const form = node.matches("form") ? (node.dataset.url ?? node.getAttribute("action")) : null;
  const item = node.matches("li") ? node.firstElementChild?.getAttribute("id") : null;
  const name = node.getAttribute("id") ?? form ?? item ?? null;
  return name === null ? null : `${node.nodeName} ${name}`;
}

function nextAlike(spot, wanted) {
  for (let node = spot; node; node = node.nextSibling) {
    const isAlike = node.nodeName === wanted.nodeName && nameOf(node) === null;
    if (isAlike && (node === spot || node.getAttribute("class") === wanted.getAttribute("class"))) return node;
    if (wanted.nodeType !== Node.ELEMENT_NODE) return null;
  }
  return null;
}

function remove(node) {
  const forms = node.nodeType === Node.ELEMENT_NODE ? [node, ...node.querySelectorAll("form")] : [];
  if (!forms.some(isTaken)) node.remove();
}

// ---- what somebody is in the middle of ------------------------------------------------------------------------------

// A form that somebody has begun to fill in keeps all it has, its hidden fields too: they say what that person has seen.
function isTaken(node) {
  if (node.matches("[aria-busy=true]")) return true;
  if (node.matches("form")) return [...node.elements].some(isInUse);
  return node.matches("input, select, textarea") && !node.form && isInUse(node);
}

export function isInUse(field) {
  if (!field.matches("input:not([type=hidden]), select, textarea")) return false;
  if (field === document.activeElement) return true;
  if (field.matches("[type=checkbox], [type=radio]")) return field.checked !== field.defaultChecked;
  if (!field.matches("select")) return field.value !== field.defaultValue;
  if (chosen.has(field)) return true;
  const first = field.multiple ? -1 : 0;
  const marked = [...field.options].findLastIndex((option) => option.defaultSelected);
  return field.selectedIndex !== (marked < 0 ? first : marked);
}

function isUnderWay(star) {
  return star.matches(".is-kept") || performance.now() - star.dataset.tappedAt < WISH;
}

// The server may not know yet what was pressed, or has just heard of it: the star stays as star.js shows it.
function asPressed(star, fresh) {
  for (const name of ["action", "class", "data-tapped-at"]) fresh.setAttribute(name, star.getAttribute(name) ?? "");
  fresh.querySelector("button").setAttribute("aria-pressed", star.querySelector("button").getAttribute("aria-pressed"));
  fresh.querySelector("[data-star-count]").textContent = star.querySelector("[data-star-count]").textContent;
}

// Where the focus is, so that it can be given back when what had it was replaced.
function keepFocus(root) {
  const focused = document.activeElement;
  if (!root.contains(focused)) return () => {};
  const holder = focused.closest("[id]");
  const place = [...(holder?.querySelectorAll(focused.nodeName) ?? [])].indexOf(focused);
  return () => {
    if (document.activeElement === focused) return;
    const again = holder && document.getElementById(holder.id);
    const same = focused.isConnected ? focused : place < 0 ? again : again?.querySelectorAll(focused.nodeName)[place];
    (same ?? again)?.focus({ preventScroll: true });
  };
}
