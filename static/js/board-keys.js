// Moves the cards of the board by keys: the space bar takes up the card that has the focus, or [data-take-up] the one it
// names; the arrow keys walk over the places it may have, Enter puts it there, Delete takes it off, Escape leaves it.

const ours = (name) => import(document.querySelector(`script[src*='/${name}.js']`).src);
const { cardOf, cellKey, dim, homeOf, key, light, pricesOf } = await ours("board-prices");
const { move, placeOf, say, titleOf, warn, whyNot } = await ours("board-moves");

const WAYS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
const words = document.getElementById("board-words")?.dataset;
let taken = null; // {card, title, home, found, at: key of a cell}

addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  if (taken) return onKey(event);
  const card = event.key === " " && event.target.closest?.("[data-board] [data-card]");
  if (!card || !event.target.matches("a")) return;
  event.preventDefault();
  takeUp(card.dataset.card);
}, true);
addEventListener("click", (event) => {
  const button = event.target.closest("[data-take-up]");
  if (button) takeUp(button.dataset.takeUp);
});
addEventListener("pointerdown", (event) => {
  if (taken && !event.target.closest("[data-take-up]")) leave();
});
document.addEventListener("barcamp:fresh", () => {
  if (!taken) return;
  if (taken.found) light(taken.card, taken.found); // as it was, until the new prices are here
  price();
}, true);

function onKey(event) {
  if (event.key === "Tab") return leave();
  if (event.key === "Shift") return;
  event.preventDefault();
  event.stopPropagation();
  if (event.key in WAYS) go(...WAYS[event.key]);
  else if (event.key === "Enter" || (event.key === " " && !event.repeat)) put();
  else if (event.key === "Delete" || event.key === "Backspace") takeOff();
  else if (event.key === "Escape") leave();
}

async function takeUp(card) {
  if (taken) leave();
  taken = { card, title: titleOf(card), home: homeOf(card), at: null };
  document.body.classList.add("is-moving", "is-by-keys");
  say(words.takenUp.replace("{title}", taken.title));
  await price();
  if (taken?.card !== card || taken.at) return;
  const home = cardOf(card)?.closest("td");
  if (home) taken.at = cellKey(home);
  else if (!show(best())) say(words.nowhere);
}

async function price() {
  const { card } = taken;
  const found = await pricesOf(card);
  if (taken?.card !== card) return;
  if (!found || homeOf(card) !== taken.home) {
    const { title } = taken;
    letGo();
    return warn(whyNot(found, card, title));
  }
  taken.found = found;
  light(card, found);
  cellAt(taken.at)?.classList.add("is-chosen");
}

// To the next possible cell that way: straight on, or, up and down, the nearest in the next row that has any.
function go(down, right) {
  if (!taken.found) return;
  const slots = [...document.querySelectorAll("[data-grid] tr[data-slot]")].map((row) => row.dataset.slot);
  const rooms = [...document.querySelectorAll("[data-grid] thead th[data-room]")].map((head) => head.dataset.room);
  const [slot, room] = taken.at?.split("-") ?? [slots[0], rooms[0]];
  let row = slots.indexOf(slot) + down;
  let column = rooms.indexOf(room) + right;
  for (; row >= 0 && row < slots.length && column >= 0 && column < rooms.length; row += down, column += right) {
    const inRow = right ? [rooms[column]] : rooms.toSorted((a, b) => Math.abs(rooms.indexOf(a) - column) - Math.abs(rooms.indexOf(b) - column));
    const next = inRow.map((one) => key(slots[row], one)).find(isPossible);
    if (next) return show(next);
  }
  say(words.noWay);
}

function isPossible(at) {
  const found = taken.found.cells.get(at);
  return Boolean(found) && found.kind !== "blocked" && cellAt(at) !== null;
}

// The cheapest of the free places.
function best() {
  const free = [...taken.found.cells].filter(([at, found]) => found.kind === "free" && isPossible(at));
  return free.toSorted(([, a], [, b]) => a.cost - b.cost)[0]?.[0];
}

function show(at) {
  const cell = at && cellAt(at);
  if (!cell) return false;
  cellAt(taken.at)?.classList.remove("is-chosen");
  taken.at = at;
  cell.classList.add("is-chosen");
  cell.scrollIntoView({ block: "nearest", inline: "nearest" });
  const found = taken.found.cells.get(at);
  say(`${placeOf(found)}: ${cell.dataset.price ?? found.words}`);
  return true;
}

function put() {
  const { card, at, found } = taken;
  const to = found?.cells.get(at);
  if (!to || to.kind === "blocked") return leave();
  letGo();
  move(card, to, { isByKeys: true });
}

function takeOff() {
  const { card } = taken;
  if (!cardOf(card)?.closest("td")) return;
  letGo();
  move(card, null, { isByKeys: true });
}

function leave() {
  const { title } = taken;
  letGo();
  say(words.cancelled.replace("{title}", title));
}

function letGo() {
  taken = null;
  dim();
  document.body.classList.remove("is-moving", "is-by-keys");
}

function cellAt(at) {
  const [slot, room] = at?.split("-") ?? [];
  return at ? document.querySelector(`[data-grid] tr[data-slot="${slot}"] > td[data-room="${room}"]`) : null;
}

document.body.classList.add("can-take-up");
