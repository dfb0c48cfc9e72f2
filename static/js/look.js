// The quick look without page loads, and by keys. Hook: <div data-look> whose forms each answer the note in it.
// The server answers {card: HTML, error: words or ""}: what comes next is its to say.

const TOO_SOON = 350; // milliseconds: the second tap of a double tap must not answer a note nobody has read
const ARROWS = { ArrowLeft: "1", ArrowRight: "3" };

const look = document.querySelector("[data-look]");
let busy = false;
let swappedAt = -TOO_SOON;

look.addEventListener("submit", (event) => {
  event.preventDefault();
  if (!busy && event.timeStamp - swappedAt >= TOO_SOON) answer(event.target);
});

// Only while the focus is in here, so that the keys are in nobody's way.
look.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey || event.repeat) return;
  const button = look.querySelector(`[data-key="${ARROWS[event.key] ?? CSS.escape(event.key)}"]`);
  if (!button) return;
  event.preventDefault();
  button.form.requestSubmit();
});

async function answer(form) {
  busy = true;
  try {
    const response = await fetch(form.action, {
      method: "POST",
      headers: { Accept: "application/json" },
      body: new FormData(form),
    });
    if (response.status === 401 || response.status === 403) return form.submit(); // the plain form leads to the sign-in page
    const next = await response.json();
    if (next.card === undefined) return say(next.error ?? failed(), true);
    swap(next.card);
    say(next.error || look.querySelector("h2, .empty-title").textContent, Boolean(next.error));
  } catch {
    say(failed(), true);
  } finally {
    busy = false;
  }
}

// The focus stays on the same answer of the next note.
function swap(card) {
  const key = look.contains(document.activeElement) ? document.activeElement.dataset.key : undefined;
  look.replaceChildren(...new DOMParser().parseFromString(card, "text/html").body.childNodes);
  (look.querySelector(`[data-key="${key}"]`) ?? look).focus({ preventScroll: true });
  look.scrollIntoView({ block: "nearest" });
  if (look.getBoundingClientRect().top < 0) look.scrollIntoView();
  swappedAt = performance.now();
  if (location.search) history.replaceState(null, "", location.pathname);
}

// What comes next is only spoken, since it can be seen; what went wrong must be seen too.
function say(words, wrong) {
  const line = document.getElementById("announcer");
  line.textContent = words;
  line.classList.toggle("visually-hidden", !wrong);
}

const failed = () => document.getElementById("announcer").dataset.starFailed;

if (document.activeElement === document.body) look.focus({ preventScroll: true });
