// "This looks like …" while a title is typed. Hook: <div data-similar="address"> in the form, right below its title.
// Speaks only when what it found has changed, and never takes the focus.

const PAUSE = 500; // milliseconds without a key
const FEWEST = 4; // letters or digits

for (const place of document.querySelectorAll("[data-similar]")) {
  const title = place.closest("form")?.elements.title;
  if (title) watch(title, place);
}

function watch(title, place) {
  let pause, asking;
  title.addEventListener("input", () => {
    clearTimeout(pause);
    asking?.abort();
    asking = new AbortController();
    const { signal } = asking;
    pause = setTimeout(() => look(title.value, place, signal), PAUSE);
  });
}

async function look(title, place, signal) {
  const letters = title.match(/[\p{L}\p{N}]/gu)?.length ?? 0;
  const found = letters < FEWEST ? "" : await ask(place.dataset.similar, title, signal);
  if (found === undefined || signal.aborted || found === place.dataset.shown) return;
  place.dataset.shown = found;
  place.replaceChildren(...new DOMParser().parseFromString(found, "text/html").body.childNodes);
}

// The words as HTML, "" for nothing alike, undefined when there is no answer: what stands there stays.
async function ask(address, title, signal) {
  try {
    const query = new URLSearchParams({ title });
    const answer = await fetch(`${address}?${query}`, { signal, headers: { Accept: "application/json" } });
    return answer.ok ? (await answer.json()).html : undefined;
  } catch {
    return undefined;
  }
}
