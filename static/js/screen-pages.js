// Turns the pages of a list that is longer than a screen. Hook: <ul data-screen-pages>, with the line [data-screen-count]
// to say "2 of 5". Without this module the server chooses a page that fits any screen, and the browser reloads for the next.
// What is new gets its turn at once. After "screen:swapped" (static/js/screen.js) the same items stay in sight.

const TURN = 12_000; // milliseconds a page stays
const HELD = 60_000; // and after somebody turned it by hand
const FADE = 350;
const MOTION = window.matchMedia("(prefers-reduced-motion: no-preference)");

let pages = [];
let here = 0;
let turnAt = Infinity;
let known = new Set();

const list = () => document.querySelector("[data-screen-pages]");
const key = (item) => item.id || item.textContent;

// Which items stand together: column by column, as many as fit. One read of all heights, then plain sums.
function measure(box) {
  const items = [...box.children];
  for (const item of items) item.hidden = false;
  box.classList.add("is-measuring");
  const style = getComputedStyle(box);
  const columns = Number(style.columnCount) || 1;
  const room = box.clientHeight - parseFloat(style.paddingTop) - parseFloat(style.paddingBottom) + 1;
  const heights = items.map((item) => item.getBoundingClientRect().height + parseFloat(getComputedStyle(item).marginBottom));
  box.classList.remove("is-measuring");
  const filled = fill(items, heights, columns, room);
  return columns === 1 ? evened(items, heights, filled, room) : filled;
}

function fill(items, heights, columns, room) {
  const found = [[]];
  let column = 0;
  let used = 0;
  items.forEach((item, index) => {
    if (used > 0 && used + heights[index] > room) {
      column += 1;
      used = 0;
      if (column === columns) {
        found.push([]);
        column = 0;
      }
    }
    found.at(-1).push(item);
    used += heights[index];
  });
  return found;
}

// Nine rooms of which eight fit are better five and four than eight and one.
function evened(items, heights, filled, room) {
  const most = Math.ceil(items.length / filled.length);
  const even = filled.map((_, page) => items.slice(page * most, (page + 1) * most));
  const height = (page) => page.reduce((sum, item) => sum + heights[items.indexOf(item)], 0);
  return even.every((page) => page.length > 0 && height(page) <= room) ? even : filled;
}

function show(page, held = TURN) {
  here = (page + pages.length) % pages.length;
  const shown = new Set(pages[here]);
  for (const item of list().children) item.hidden = !shown.has(item);
  const line = document.querySelector("[data-screen-count]");
  if (line) {
    line.hidden = pages.length === 1;
    line.textContent = line.dataset.screenCount.replace("{page}", here + 1).replace("{pages}", pages.length);
  }
  turnAt = pages.length > 1 ? performance.now() + held : Infinity;
}

function lay(page = () => 0) {
  const box = list();
  turnAt = Infinity;
  if (!box || box.children.length === 0) return;
  pages = measure(box);
  // the few are shown larger, as long as they fit
  for (const size of ["is-few", "is-some"]) {
    if (pages.length === 1 || !box.classList.contains(size)) continue;
    box.classList.remove(size);
    pages = measure(box);
  }
  show(page(pages));
}

const inSight = () => (pages[here] ?? []).map(key);

function pageOf(keys) {
  const wanted = new Set(keys);
  return (found) => Math.max(0, found.findIndex((page) => page.some((item) => wanted.has(key(item)))));
}

function afterSwap() {
  const before = inSight();
  const items = [...(list()?.children ?? [])];
  const fresh = items.filter((item) => item.id && !known.has(item.id));
  for (const item of fresh) item.classList.add("is-fresh");
  known = new Set(items.map((item) => item.id));
  lay(pageOf(fresh.length > 0 ? fresh.map(key) : before));
}

async function turn() {
  turnAt = Infinity;
  const box = list();
  const fading = MOTION.matches && box;
  if (fading) {
    box.classList.add("is-turning");
    await new Promise((done) => setTimeout(done, FADE));
  }
  if (list() === box && pages.length > 1) show(here + 1);
  box?.classList.remove("is-turning");
}

const STEPS = { ArrowRight: 1, PageDown: 1, ArrowLeft: -1, PageUp: -1 };
document.addEventListener("keydown", (event) => {
  if (event.key in STEPS && pages.length > 1) show(here + STEPS[event.key], HELD);
});
document.addEventListener("screen:swapped", afterSwap);
setInterval(() => performance.now() >= turnAt && turn(), 250);

let width = 0;
let height = 0;
new ResizeObserver(() => {
  if (window.innerWidth === width && window.innerHeight === height) return;
  width = window.innerWidth;
  height = window.innerHeight;
  lay(pageOf(inSight()));
}).observe(document.documentElement);
document.fonts.ready.then(() => lay(pageOf(inSight())));

known = new Set([...(list()?.children ?? [])].map((item) => item.id));
