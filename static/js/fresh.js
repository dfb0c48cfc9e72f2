// Keeps parts of a page as they would be if it were loaded now. Hook: <div id data-fresh="kinds">, the kinds of changes
// that concern it ("note-" stands for all that begin so); with data-fresh-subject="note:12" also all about that one.
// data-fresh-weight: how dear the page is, as a factor on the time over which everybody's question is spread;
// data-fresh-url: an address that answers with the part alone, instead of the page.
// Others ask for it by the event "barcamp:refresh" on an element inside.

const SENDING = 10_000; // milliseconds that a form that was sent may take to lead to another page
const AGAIN = 5000;

const morphing = import(document.querySelector("script[src*='/morph.js']").src);
const waiting = new Set(); // ids
let timer = 0;
let isAsking = false;
let sentAt = -Infinity;

document.addEventListener("barcamp:change", ({ detail: frame }) => {
  for (const part of document.querySelectorAll("[data-fresh]")) {
    if (concerns(part, frame)) want(part, frame.spread * Number(part.dataset.freshWeight ?? 2));
  }
});
document.addEventListener("barcamp:resync", () => {
  for (const part of document.querySelectorAll("[data-fresh]")) want(part, AGAIN);
});
document.addEventListener("barcamp:refresh", ({ target }) => {
  const part = target.closest("[data-fresh]");
  if (!part) return;
  clearTimeout(timer); // one's own change shows at once, whatever else is waiting for its turn
  timer = 0;
  want(part, 0);
});
addEventListener("submit", (event) => {
  if (!event.defaultPrevented) sentAt = event.timeStamp;
});

function concerns(part, { kind, subject }) {
  if (subject !== "" && subject === part.dataset.freshSubject) return true;
  return part.dataset.fresh.split(" ").some((name) => (name.endsWith("-") ? kind.startsWith(name) : kind === name));
}

function want(part, spread) {
  waiting.add(part.id);
  timer ||= setTimeout(refresh, Math.random() * spread);
}

async function refresh() {
  timer = 0;
  if (isAsking || document.hidden || performance.now() - sentAt < SENDING) {
    timer = setTimeout(refresh, isAsking ? 100 : AGAIN);
    return;
  }
  isAsking = true;
  const parts = [...waiting].map((id) => document.getElementById(id)).filter((part) => part);
  waiting.clear();
  const { morph, isInUse } = await morphing;
  const addressOf = (part) => part.dataset.freshUrl ?? location.pathname + location.search;
  for (const address of new Set(parts.map(addressOf))) {
    const answer = await ask(address);
    if (answer === null && ![...document.querySelectorAll("input, select, textarea")].some(isInUse)) return location.reload();
    for (const part of parts.filter((one) => addressOf(one) === address)) {
      if (answer === undefined) waiting.add(part.id);
      const fresh = answer?.getElementById(part.id);
      if (fresh) show(part, () => morph(part, fresh));
    }
  }
  isAsking = false;
  if (waiting.size) timer ||= setTimeout(refresh, AGAIN * (1 + Math.random()));
}

// The page as it is now; null where it is no more, or elsewhere, or not for us; undefined where the site could not be reached.
async function ask(address) {
  try {
    const response = await fetch(address, { headers: { Accept: "text/html", "X-Refresh": "1" } });
    if (response.status >= 500 || response.status === 429) return undefined;
    if (!response.ok || response.redirected) return null;
    return new DOMParser().parseFromString(await response.text(), "text/html");
  } catch {
    return undefined;
  }
}

// Whoever is writing goes on writing in the same spot of the window, whatever came above.
function show(part, change) {
  const field = document.activeElement?.closest("input, select, textarea");
  const top = field?.getBoundingClientRect().top;
  part.dispatchEvent(new CustomEvent("barcamp:freshening"));
  change();
  if (field?.isConnected) scrollBy({ top: field.getBoundingClientRect().top - top, behavior: "instant" });
  part.dispatchEvent(new CustomEvent("barcamp:fresh"));
}
