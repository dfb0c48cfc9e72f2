// Puts a card of the board elsewhere and tells what became of it: `move(card, to, isByKeys)`, `say(words)`, `warn(words)`,
// `whyNot(found, card, title)`. Nothing is shown as moved before the server has said so. For board-drag.js and board-keys.js.

const { board, cardOf, revision } = await import(document.querySelector("script[src*='/board-prices.js']").src);

const words = document.getElementById("board-words").dataset;

// `to` is a price with its slot and room (a swap asks first), or null for the tray.
export async function move(card, to, { isByKeys = false } = {}) {
  const title = titleOf(card);
  if (to?.kind === "swap") {
    const question = words.swapQuestion.replace("{other}", titleOf(to.other));
    if (!(await confirmed(`${question} ${to.words}`, words.swap))) return say(words.cancelled.replace("{title}", title));
  }
  await send(card, to, { title, isByKeys });
}

async function send(card, to, { title, isByKeys, anyway = false }) {
  warn("");
  const element = cardOf(card);
  element?.setAttribute("aria-busy", "true");
  const answer = await ask(card, to, anyway);
  element?.removeAttribute("aria-busy");
  if (answer === undefined) return warn(words.failed);
  if (answer.frozen && !anyway) {
    if (await confirmed(answer.error, words.anyway)) await send(card, to, { title, isByKeys, anyway: true });
    return;
  }
  if (answer.error) warn(answer.error);
  else say(to ? words.moved.replace("{title}", title).replace("{place}", placeOf(to)) : words.takenOff.replace("{title}", title));
  if (isByKeys) focusOnceFresh(card);
  refresh();
}

// {revision} or {error, revision, frozen?}; undefined where the site could not be reached.
async function ask(card, to, anyway) {
  const place = to && { slot: to.slot, room: to.room, swap: to.kind === "swap" };
  try {
    const response = await fetch(`${board().dataset.board}/notes/${card}/placement`, {
      method: to ? "PUT" : "DELETE",
      headers: {
        Accept: "application/json",
        "Content-Type": "application/json",
        "X-CSRF-Token": document.querySelector('meta[name="csrf-token"]').content,
      },
      body: JSON.stringify({ ...place, anyway, revision: revision() }),
    });
    const answer = await response.json();
    return response.ok ? answer : { ...answer, error: answer.error ?? words.failed };
  } catch {
    return undefined;
  }
}

// static/js/fresh.js makes the board as it is now; where there is none, the page is loaded again.
function refresh() {
  if (!document.querySelector("script[src*='/fresh.js']")) return location.reload();
  document.getElementById("whole-board").dispatchEvent(new CustomEvent("barcamp:refresh", { bubbles: true }));
}

function focusOnceFresh(card) {
  const focus = () => cardOf(card)?.querySelector("a")?.focus();
  document.getElementById("whole-board").addEventListener("barcamp:fresh", focus, { once: true });
}

// ---- what is said and asked ------------------------------------------------------------------------------------------

export function say(said) {
  document.getElementById("board-said").textContent = said;
}

export function warn(said) {
  const line = document.getElementById("board-alert");
  line.hidden = said === "";
  line.textContent = said;
}

// Why a card that was taken up is let go again. `found` is what board-prices.js could learn about it.
export function whyNot(found, card, title) {
  if (found === undefined) return words.failed;
  return found && cardOf(card) ? words.elsewhere.replace("{title}", title) : words.gone;
}

// It lies over the board: whoever goes on has read it.
addEventListener("pointerdown", () => warn(""), true);

export const titleOf = (card) => cardOf(card)?.querySelector(".cell-title a")?.textContent.trim() ?? "";

// "13:00, KEC 1003"
export function placeOf({ slot, room }) {
  const time = document.querySelector(`tr[data-slot="${slot}"] > th time`)?.textContent.trim() ?? "";
  const name = document.querySelector(`thead th[data-room="${room}"]`)?.firstChild.textContent.trim() ?? "";
  return words.at.replace("{time}", time).replace("{room}", name);
}

function confirmed(question, yes) {
  const dialog = document.getElementById("board-ask");
  dialog.querySelector("p").textContent = question;
  dialog.querySelector("[data-answer=yes]").textContent = yes;
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((done) => {
    dialog.onclick = ({ target }) => { if (target.dataset.answer !== undefined) dialog.close(target.dataset.answer); };
    dialog.onclose = () => done(dialog.returnValue === "yes");
  });
}
