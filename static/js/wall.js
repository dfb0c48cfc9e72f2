// Shows on the wall what others do to notes. Hook: <div id data-wall="address of the cards" data-fresh data-new="first, last or no">
// around everything, with a <ul class="wall"> of notes inside and [data-figure] lines. Counts of stars are star.js's.

const MOST = 50; // cards of one answer
const NEW_FOR = 300_000; // milliseconds
const ANNOUNCE = 20_000;
const NOT_CARDS = /^(placed|taken-off|pinned|unpinned|displaced|comment-|pitch-)/;

const morphing = import(document.querySelector("script[src*='/morph.js']").src);
const wall = document.querySelector("[data-wall]");
const pill = newNotesButton();
const due = new Set(); // notes to ask for
const kept = new Map(); // new notes that wait until the reader comes up again, by id
let timer = 0;
let nextAt = 0;
let spread = 600; // milliseconds
let unsaid = 0;
let saying = 0;

document.addEventListener("barcamp:change", ({ detail: frame }) => {
  const id = /^note:(\d+)$/.exec(frame.subject)?.[1];
  if (!id || NOT_CARDS.test(frame.kind)) return;
  spread = frame.spread;
  want([id], spread);
});
wall.addEventListener("barcamp:freshening", () => {
  wall.addEventListener("barcamp:fresh", steady(), { once: true });
  kept.clear();
  tellKept();
});
addEventListener("scroll", () => { if (kept.size && !isPast()) hangKept(); }, { passive: true });
for (const note of wall.querySelectorAll(".note.is-new")) growOld(note);

// Everybody is told at once, so nobody asks at once; and nobody again before all others had their turn.
function want(ids, wait) {
  for (const id of ids) due.add(id);
  timer ||= setTimeout(ask, Math.max(Math.random() * wait, nextAt - Date.now()));
}

async function ask() {
  const ids = [...due].sort((one, other) => one - other);
  due.clear();
  if (ids.length > MOST) return refreshAll();
  nextAt = Date.now() + spread;
  const answer = await fetchCards(ids);
  timer = 0;
  if (answer === undefined) return want(ids, 10 * spread);
  if (answer === null) return refreshAll();
  const hasSome = ids.some((id) => answer.cards[id]);
  if (hasSome && !list()) return refreshAll();
  const { morph } = await morphing;
  show(ids, answer.cards, morph);
  for (const line of wall.querySelectorAll("[data-figure]")) line.textContent = answer.figures[line.dataset.figure] ?? line.textContent;
  if (due.size) want([], spread);
}

// What the site says of these notes; undefined where it should be asked again, null where it does not know what we mean.
async function fetchCards(ids) {
  const query = new URLSearchParams(location.search);
  query.set("ids", ids.join(","));
  try {
    const response = await fetch(`${wall.dataset.wall}?${query}`, { headers: { Accept: "application/json" } });
    if (response.ok) return await response.json();
    return response.status >= 500 || response.status === 429 ? undefined : null;
  } catch {
    return undefined;
  }
}

function refreshAll() {
  timer = 0;
  wall.dispatchEvent(new CustomEvent("barcamp:refresh", { bubbles: true }));
}

function show(ids, cards, morph) {
  const steadied = steady();
  for (const id of ids) {
    const note = document.getElementById(`note-${id}`);
    const card = cards[id] && cardFrom(cards[id]);
    if (kept.has(id)) kept.delete(id);
    if (!card) takeDown(note);
    else if (note) morph(note, card);
    else if (wall.dataset.new !== "no") hangOrKeep(id, card);
  }
  tellKept();
  steadied();
  if (list() && !list().children.length) refreshAll();
}

function cardFrom(html) {
  const card = new DOMParser().parseFromString(html, "text/html").body.firstElementChild;
  const token = document.querySelector("meta[name=csrf-token]")?.content ?? "";
  for (const field of card.querySelectorAll("input[name=csrf_token]")) field.setAttribute("value", token);
  return card;
}

// In one column new notes push the others down, and the page scrolls along. In several they would shuffle the columns
// under the reader's eyes, so there they wait above.
function hangOrKeep(id, card) {
  if (isPast() && wall.dataset.new === "first" && columns() > 1) kept.set(id, card);
  else hang(card);
  unsaid += 1;
  announce();
}

function hang(card) {
  const item = document.createElement("li");
  item.append(document.adoptNode(card));
  if (wall.dataset.new === "first") list().prepend(item);
  else list().append(item);
  growOld(card);
}

function hangKept() {
  for (const card of kept.values()) hang(card);
  kept.clear();
  tellKept();
}

function takeDown(note) {
  const item = note?.closest("li");
  if (!item) return;
  if (item.contains(document.activeElement)) (item.nextElementSibling ?? item.previousElementSibling)?.querySelector("a")?.focus({ preventScroll: true });
  item.remove();
}

function growOld(note) {
  setTimeout(() => {
    note.classList.remove("is-new");
    if (!note.matches(".is-off")) note.querySelector(":scope > .note-flag")?.remove();
  }, NEW_FOR);
}

// ---- what the reader looks at stays where it is ---------------------------------------------------------------------

const list = () => wall.querySelector("ul.wall");
const columns = () => getComputedStyle(list()).gridTemplateColumns.split(" ").length;
const isPast = () => Boolean(list()) && list().getBoundingClientRect().top < 0;

// Call what this returns after the change. Packing (pack.js) comes in between: it looks after every list whose children
// changed, so one that only grew inside is shown to it by a change that is none.
function steady() {
  const edge = document.querySelector(".site-header")?.offsetHeight ?? 0;
  const tops = isPast() ? [...list().children].map((item) => [item, item.getBoundingClientRect()]) : [];
  const seen = tops.filter(([, box]) => box.bottom > edge);
  return () => {
    const nothing = document.createComment("");
    list()?.append(nothing);
    nothing.remove();
    queueMicrotask(() => {
      const [item, box] = seen.find(([one]) => one.isConnected) ?? [];
      if (item) scrollBy({ top: item.getBoundingClientRect().top - box.top, behavior: "instant" });
    });
  };
}

// ---- new notes in words ---------------------------------------------------------------------------------------------

function newNotesButton() {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button small new-notes";
  button.hidden = true;
  button.addEventListener("click", () => {
    hangKept();
    list().scrollIntoView({ block: "center" });
    list().querySelector("a")?.focus({ preventScroll: true });
  });
  wall.before(button);
  return button;
}

const words = (count) => wall.dataset.newWords.replace("{n}", count);

function tellKept() {
  pill.hidden = !kept.size;
  pill.textContent = words(kept.size);
}

// Rarely, so that it can be listened to; never over what went wrong.
function announce() {
  if (saying) return;
  saying = setTimeout(() => {
    const line = document.getElementById("announcer");
    if (line.classList.contains("visually-hidden")) line.textContent = words(unsaid);
    unsaid = 0;
    saying = setTimeout(() => { saying = 0; if (unsaid) announce(); }, ANNOUNCE);
  }, 1000);
}
