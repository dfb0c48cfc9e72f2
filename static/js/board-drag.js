// Drags the cards of the board by mouse, pen and finger. Hook: <article data-card> in [data-board]; targets are the cells
// of [data-grid] and every [data-tray]. A finger rests on the card first, so that a swipe still scrolls.

const ours = (name) => import(document.querySelector(`script[src*='/${name}.js']`).src);
const { board, cardOf, cellKey, dim, homeOf, light, pricesOf } = await ours("board-prices");
const { move, placeOf, say, titleOf, warn, whyNot } = await ours("board-moves");

const SLACK = 6; // pixels: less is a click
const REST = 300; // milliseconds that a finger rests
const EDGE = 56; // pixels from an edge where it scrolls by itself
const FASTEST = 16; // pixels a frame
const LOW = 160; // pixels from the lower edge where what is said stands above the card

const words = document.getElementById("board-words")?.dataset;
let held = null; // {card, pointer, x, y, startX, startY, isOn, home, ghost, found, over, timer}
let endedAt = -Infinity;

addEventListener("pointerdown", (event) => {
  const card = event.target.closest?.("[data-board] [data-card]");
  if (!card || held || event.button !== 0 || event.target.closest("button, input, select, textarea, summary")) return;
  const { clientX, clientY, pointerId } = event;
  held = { card: card.dataset.card, pointer: pointerId, x: clientX, y: clientY, startX: clientX, startY: clientY, isOn: false };
  held.isTouch = event.pointerType === "touch";
  if (held.isTouch) held.timer = setTimeout(begin, REST);
  else pricesOf(held.card);
});

addEventListener("pointermove", (event) => {
  if (held?.pointer !== event.pointerId) return;
  Object.assign(held, { x: event.clientX, y: event.clientY });
  const isFar = Math.hypot(held.x - held.startX, held.y - held.startY) > SLACK;
  if (!held.isOn && isFar) held.isTouch ? letGo() : begin();
  if (held?.isOn) follow();
});

addEventListener("pointerup", (event) => {
  if (held?.pointer !== event.pointerId) return;
  if (held.isOn) drop();
  else letGo();
});
addEventListener("pointercancel", (event) => {
  if (held?.pointer === event.pointerId) cancel();
});
addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !held?.isOn) return;
  event.preventDefault();
  cancel();
});

// Without these the browser would scroll, drag the link itself, open its menu or follow it.
addEventListener("touchmove", (event) => { if (held?.isOn && event.cancelable) event.preventDefault(); }, { passive: false });
addEventListener("dragstart", (event) => { if (event.target.closest?.("[data-board] [data-card]")) event.preventDefault(); });
addEventListener("contextmenu", (event) => { if (held?.isTouch) event.preventDefault(); });
addEventListener("click", (event) => {
  if (event.timeStamp - endedAt > 300 || !event.target.closest("[data-board]")) return;
  event.preventDefault();
  event.stopPropagation();
}, true);

// What others change while a card is held may change its prices, or take it away.
document.addEventListener("barcamp:fresh", () => {
  if (!held?.isOn) return;
  if (held.found) light(held.card, held.found); // as it was, until the new prices are here: nothing blinks or jumps
  price();
}, true);

// ---- taken up, carried, put down -------------------------------------------------------------------------------------

function begin() {
  const card = cardOf(held.card);
  if (!card) return letGo();
  clearTimeout(held.timer);
  held.isOn = true;
  held.title = titleOf(held.card);
  held.home = homeOf(held.card);
  held.ghost = ghostOf(card);
  document.getElementById("whole-board").setPointerCapture(held.pointer);
  document.body.classList.add("is-moving");
  document.getElementById("board-take-off").hidden = !card.closest("td");
  if (held.isTouch) navigator.vibrate?.(10);
  getSelection().removeAllRanges();
  price();
  follow();
  requestAnimationFrame(scrollAtEdges);
}

async function price() {
  const { card } = held;
  const found = await pricesOf(card);
  if (held?.card !== card || !held.isOn) return;
  if (!found || homeOf(card) !== held.home) {
    const { title } = held;
    letGo();
    return warn(whyNot(found, card, title));
  }
  held.found = found;
  // on the phone free cells appear now, and the card stays where it was
  const top = cardOf(card).getBoundingClientRect().top;
  light(card, found);
  scrollBy({ top: cardOf(card).getBoundingClientRect().top - top, behavior: "instant" });
  follow();
}

function follow() {
  held.ghost.style.transform = `translate(${held.x - held.startX}px, ${held.y - held.startY}px) rotate(1.5deg)`;
  held.ghost.classList.toggle("is-low", held.y > innerHeight - LOW);
  const under = document.elementFromPoint(held.x, held.y);
  const target = under?.closest("tr[data-slot] > td[data-room], [data-tray]") ?? null;
  if (target !== held.over) {
    held.over?.classList.remove("is-over");
    target?.classList.add("is-over");
    held.over = target;
  }
  held.ghost.querySelector(".drag-words").textContent = saidOf(target);
}

function saidOf(target) {
  if (!target || !held.found) return "";
  if (target.matches("[data-tray]")) return cardOf(held.card)?.closest("td") ? words.off : "";
  const found = held.found.cells.get(cellKey(target));
  return found ? `${placeOf(found)}: ${target.dataset.price ?? found.words}` : "";
}

async function drop() {
  const { card, over, title } = held;
  const found = held.found ?? (await pricesOf(card));
  if (!held) return;
  const isPlaced = Boolean(cardOf(card)?.closest("td"));
  const to = over?.matches("td") ? found?.cells.get(cellKey(over)) : undefined;
  letGo();
  if (over?.matches("[data-tray]") && isPlaced) return move(card, null);
  if (to && to.kind !== "blocked") return move(card, to);
  say([to?.words, words.cancelled.replace("{title}", title)].filter(Boolean).join(" "));
}

function cancel() {
  const title = held.isOn ? held.title : "";
  letGo();
  if (title) say(words.cancelled.replace("{title}", title));
}

function letGo() {
  clearTimeout(held.timer);
  if (held.isOn) {
    endedAt = performance.now();
    held.ghost.remove();
    held.over?.classList.remove("is-over");
    document.body.classList.remove("is-moving");
    document.getElementById("board-take-off").hidden = true;
    dim();
  }
  held = null;
}

function ghostOf(card) {
  const { left, top, width, height } = card.getBoundingClientRect();
  const ghost = card.cloneNode(true);
  for (const one of [ghost, ...ghost.querySelectorAll("[id]")]) one.removeAttribute("id");
  ghost.removeAttribute("data-card");
  ghost.classList.add("drag-ghost");
  ghost.classList.toggle("is-dense", board().matches(".is-dense"));
  ghost.inert = true;
  Object.assign(ghost.style, { left: `${left}px`, top: `${top}px`, width: `${width}px`, height: `${height}px` });
  ghost.append(Object.assign(document.createElement("p"), { className: "drag-words" }));
  document.body.append(ghost);
  return ghost;
}

// ---- near an edge the grid, or else the page, goes on ------------------------------------------------------------------

function scrollAtEdges() {
  if (!held?.isOn) return;
  const grid = board().querySelector(".timetable-scroll");
  const box = grid.getBoundingClientRect();
  const isInside = held.y > box.top && held.y < box.bottom && held.x > box.left && held.x < box.right;
  const left = isInside ? pull(held.x, box.left, box.right) : 0;
  const top = isInside && grid.scrollHeight > grid.clientHeight + 1 ? pull(held.y, box.top, Math.min(box.bottom, innerHeight)) : 0;
  const before = grid.scrollTop;
  if (left || top) grid.scrollBy({ left, top, behavior: "instant" });
  const page = grid.scrollTop === before ? pull(held.y, document.querySelector("header")?.getBoundingClientRect().bottom ?? 0, innerHeight) : 0;
  if (page) scrollBy({ top: page, behavior: "instant" });
  if (left || top || page) follow();
  requestAnimationFrame(scrollAtEdges);
}

// How fast, and which way: nothing but near an end, faster the nearer.
function pull(at, from, to) {
  if (at < from + EDGE) return -Math.ceil(Math.min(1, (from + EDGE - at) / EDGE) * FASTEST);
  if (at > to - EDGE) return Math.ceil(Math.min(1, (at - to + EDGE) / EDGE) * FASTEST);
  return 0;
}

document.body.classList.add("can-drag"); // now the cards may look so
