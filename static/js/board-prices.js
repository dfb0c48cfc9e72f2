// What each place would mean for a card: asked for when it is taken up, shown on the cells of the board's grid.
// `pricesOf(card)`, `light(card, found)`, `dim()` for board-drag.js, board-keys.js and board-price-said.js. A cell is known by its
// slot and room: <tr data-slot><td data-room>.

const MARKS = ["is-target", "is-swap", "is-better", "is-worse", "is-dim", "is-home"];
const asked = new Map(); // by card and revision

export const board = () => document.querySelector("[data-board]");
export const revision = () => Number(document.getElementById("whole-board").dataset.revision);
export const cardOf = (card) => document.getElementById(`card-${card}`);
export const key = (slot, room) => `${slot}-${room}`;
export const cellKey = (cell) => key(cell.parentElement.dataset.slot, cell.dataset.room);

// The key of the cell where a card is, "" in the tray, null where the card is gone.
export function homeOf(card) {
  const cell = cardOf(card)?.closest("td");
  return cell ? cellKey(cell) : cardOf(card) && "";
}

// {cells: Map by key}; null where the card is gone, undefined where the site could not be reached.
export function pricesOf(card) {
  const name = `${card}@${revision()}`;
  if (!asked.has(name)) {
    asked.clear();
    asked.set(name, ask(card).then((found) => { if (!found) asked.delete(name); return found; }));
  }
  return asked.get(name);
}

async function ask(card) {
  try {
    const answer = await fetch(`${board().dataset.board}/notes/${card}/prices`, { headers: { Accept: "application/json" } });
    if (answer.status === 404) return null;
    if (!answer.ok) return undefined;
    const { cells } = await answer.json();
    return { cells: new Map(cells.map((cell) => [key(cell.slot, cell.room), cell])) };
  } catch {
    return undefined;
  }
}

// Only possible cells light up, each with its price; the others step back.
export function light(card, { cells }) {
  dim();
  const home = cardOf(card)?.closest("td");
  const { begun } = document.getElementById("board-words").dataset;
  for (const cell of document.querySelectorAll("[data-grid] td[data-room]")) {
    const price = cells.get(cellKey(cell));
    if (cell === home) cell.classList.add("is-home");
    else if (!price || price.kind === "blocked") cell.classList.add("is-dim");
    else {
      cell.classList.add("is-target");
      cell.classList.toggle("is-swap", price.kind === "swap");
      cell.classList.toggle("is-better", price.cost <= -0.5);
      cell.classList.toggle("is-worse", price.cost >= 0.5);
      cell.dataset.price = price.begun ? `${price.words} · ${begun}` : price.words;
    }
  }
}

export function dim() {
  for (const cell of document.querySelectorAll("[data-grid] td[data-room]")) {
    cell.classList.remove(...MARKS, "is-chosen");
    delete cell.dataset.price;
  }
}
