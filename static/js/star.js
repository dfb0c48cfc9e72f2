// Stars without a page load. Hook: <form data-star data-url data-star-action data-unstar-action> around one pressed/unpressed button.
// The button changes at once and is put right by what the server answers: {"starred": bool, "stars": int | null}.
// Each wish is kept in this browser, for this person, until the server has answered: without a network it is sent later.

const DOUBLE_TAP = 400; // milliseconds: two taps this close are one wish
const PATIENCE = 20_000; // milliseconds a request may take
const READING_TIME = 8000;
const FIRST_WAIT = 2000;
const LONGEST_WAIT = 60_000;
const SHELF_LIFE = 24 * 3600_000; // milliseconds: by then the camp is over
const ADDRESS = /^\/[^/]+\/notes\/\d+\/star$/;

const known = new Map(); // by address: what the server said last, while a wish is under way
const asking = new Set(); // addresses with a request under way
let timer = 0;
let failures = 0;
let hiding = 0;
let notBefore = 0; // the server asked to be left alone until then

document.addEventListener("submit", (event) => {
  if (event.target.getAttribute("action")?.endsWith("/sign-out")) shelf.removeItem(KEY);
  const form = event.target.closest("form[data-star]");
  if (!form) return;
  event.preventDefault();
  toggle(form, event.timeStamp);
});

function toggle(form, tappedAt) {
  if (tappedAt - Number(form.dataset.tappedAt ?? -DOUBLE_TAP) < DOUBLE_TAP) return;
  form.dataset.tappedAt = tappedAt;

  const { url } = form.dataset;
  const wanted = !read(form).starred;
  if (!known.has(url)) known.set(url, read(form));
  keep(url, wanted);
  forms(url).forEach((one) => show(one, guess(known.get(url), wanted)));
  settle(url, form);
}

// "done", "refused", or "waits" when nothing gets through at present. `tapped` is the form, when somebody has just pressed it.
async function settle(url, tapped) {
  if (asking.has(url)) return "waits"; // taps made meanwhile only change the wish
  asking.add(url);
  const answer = await askUntilTheyAgree(url);
  asking.delete(url);

  if (answer.isStranger && tapped) signInFirst(tapped);
  if (answer.wait !== undefined) later(answer.wait);
  if (answer.isStranger || answer.wait !== undefined) return "waits";

  const said = known.get(url);
  known.delete(url);
  if (answer.refusal !== undefined) keep(url, undefined);
  if (answer.starred !== undefined || answer.refusal !== undefined) forms(url).forEach((form) => show(form, said));
  if (answer.refusal !== undefined) say(answer.refusal, { seen: true });
  else if (tapped) say(inWords(said));
  mark();
  return answer.refusal === undefined ? "done" : "refused";
}

async function askUntilTheyAgree(url) {
  for (;;) {
    const wish = wishes()[url];
    if (!wish) return {}; // another tab has sent it
    const answer = await ask(url, wish.wanted);
    if (answer.starred === undefined) return answer;
    known.set(url, answer);
    if (wishes()[url]?.wanted !== wish.wanted) continue;
    keep(url, undefined);
    return answer;
  }
}

// {starred, stars} · {refusal: words} · {isStranger} · {wait: milliseconds} when it did not get through
async function ask(url, wanted) {
  if (!navigator.onLine) return { wait: 0 };
  if (Date.now() < notBefore) return { wait: notBefore - Date.now() };
  try {
    const response = await fetch(url, {
      method: wanted ? "PUT" : "DELETE",
      headers: { Accept: "application/json", "X-CSRF-Token": token() ?? "" },
      keepalive: true, // it arrives although the page is left
      signal: AbortSignal.timeout(PATIENCE),
    });
    if (response.status === 401) return { isStranger: true };
    if (response.status === 429 || response.status >= 500) {
      const wait = 1000 * Number(response.headers.get("Retry-After") ?? 0);
      notBefore = Date.now() + wait;
      return { wait };
    }
    const answer = await response.json();
    return typeof answer.starred === "boolean" ? answer : { refusal: answer.error ?? announcer().dataset.starFailed };
  } catch {
    return { wait: 0 }; // no network, or some other page in its place
  }
}

// The plain form post leads to the sign-in page and back, where the wish, which is kept, is sent.
function signInFirst(form) {
  form.action = read(form).starred ? form.dataset.starAction : form.dataset.unstarAction;
  if (!form.elements.csrf_token) {
    form.append(Object.assign(document.createElement("input"), { type: "hidden", name: "csrf_token", value: token() }));
  }
  form.submit();
}

// ---- wishes that wait ------------------------------------------------------------------------------------------------

// Longer each time, and not all phones of the room at once.
function later(wait) {
  if (!failures) say(announcer().dataset.starKept, { seen: true });
  again(Math.max(wait, Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** failures)) * (1 + Math.random() / 2));
  failures += 1;
  mark();
}

function again(pause) {
  clearTimeout(timer);
  timer = setTimeout(sendKept, pause);
}

async function sendKept() {
  const urls = Object.keys(wishes());
  if (urls.length === 0) return;
  let all = "done";
  for (const url of urls) {
    const one = await settle(url);
    if (one === "waits") return;
    if (one === "refused") all = one;
  }
  failures = 0;
  if (all === "done") say(announcer().dataset.starSent);
  mark();
}

// Shows the wishes on a page, or a part of one, as it came from the server, and marks those that wait.
function drawKept() {
  for (const [url, { wanted }] of Object.entries(wishes())) {
    for (const form of forms(url)) {
      if (!known.has(url)) known.set(url, read(form));
      show(form, guess(read(form), wanted));
    }
  }
  mark();
}

function mark() {
  const waiting = failures ? wishes() : {};
  for (const form of document.querySelectorAll("form[data-star]")) {
    const waits = form.dataset.url in waiting;
    form.classList.toggle("is-kept", waits);
    if (waits) button(form).setAttribute("aria-description", announcer().dataset.starKept);
    else button(form).removeAttribute("aria-description");
  }
}

// The browser's own shelf, or, where it has none for us, one that lasts as long as the page.
function openShelf() {
  try {
    localStorage.setItem("barcamp-stars", "");
    localStorage.removeItem("barcamp-stars");
    return localStorage;
  } catch {
    const things = {};
    const own = { getItem: (key) => things[key], setItem: (key, value) => { things[key] = value; }, removeItem: (key) => delete things[key] };
    return own;
  }
}

// By address: {wanted, at}
function wishes() {
  try {
    const found = Object.entries(JSON.parse(shelf.getItem(KEY) || "{}"));
    return Object.fromEntries(found.filter(([url, { at }]) => ADDRESS.test(url) && Date.now() - at < SHELF_LIFE));
  } catch {
    return {};
  }
}

function keep(url, wanted) {
  const all = wishes();
  if (wanted === undefined) delete all[url];
  else all[url] = { wanted, at: Date.now() };
  shelf.setItem(KEY, JSON.stringify(all));
}

// What somebody else wished in this browser before is not ours to send.
function forgetOthers() {
  for (const key of Object.keys(shelf)) {
    if (key.startsWith("barcamp-stars-") && key !== KEY) shelf.removeItem(key);
  }
}

// ---- counts that others change ---------------------------------------------------------------------------------------

document.addEventListener("barcamp:change", ({ detail }) => {
  if (detail.kind !== "stars") return;
  const waiting = wishes();
  for (const [note, stars] of Object.entries(detail.counts)) {
    const shown = document.querySelectorAll(`[data-note="${note}"] .star-count, form[data-url$="/notes/${note}/star"] .star-count`);
    for (const line of shown) {
      if (line.textContent.trim() !== "" && !(line.closest("form")?.dataset.url in waiting)) line.textContent = stars;
    }
  }
});

// ---- what is on the page ---------------------------------------------------------------------------------------------


const announcer = () => document.getElementById("announcer");
const token = () => document.querySelector('meta[name="csrf-token"]')?.content;
const forms = (url) => document.querySelectorAll(`form[data-star][data-url="${url}"]`);
const button = (form) => form.querySelector("button[aria-pressed]");

function read(form) {
  const text = form.querySelector("[data-star-count]").textContent.trim();
  return { starred: button(form).getAttribute("aria-pressed") === "true", stars: text === "" ? null : Number(text) };
}

function show(form, { starred, stars }) {
  button(form).setAttribute("aria-pressed", String(starred));
  form.querySelector("[data-star-count]").textContent = stars ?? "";
  form.action = starred ? form.dataset.unstarAction : form.dataset.starAction;
}

function guess({ starred, stars }, wanted) {
  return { starred: wanted, stars: stars === null ? null : stars + Number(wanted) - Number(starred) };
}

function inWords({ starred, stars }) {
  const done = announcer().dataset[starred ? "starred" : "unstarred"];
  return stars === null ? done : `${done} · ${stars}`;
}

// Success is only spoken, since the star itself shows it; what did not go as wished must be seen too.
function say(words, { seen = false } = {}) {
  const line = announcer();
  line.textContent = words;
  line.classList.toggle("visually-hidden", !seen);
  clearTimeout(hiding);
  hiding = setTimeout(() => line.classList.add("visually-hidden"), READING_TIME);
}

// ---- once everything above is there ----------------------------------------------------------------------------------

const shelf = openShelf();
const KEY = `barcamp-stars-${announcer().dataset.person ?? ""}`;

if (announcer().dataset.person) {
  forgetOthers();
  drawKept();
  sendKept();
  addEventListener("online", () => again(Math.random() * FIRST_WAIT));
  addEventListener("storage", mark);
  document.addEventListener("visibilitychange", () => document.hidden || sendKept());
  // parts of the page that are replaced come with what the server knows
  new MutationObserver((changes) => {
    const hasNew = changes.some(({ addedNodes }) => [...addedNodes].some((node) => node.nodeType === Node.ELEMENT_NODE));
    if (hasNew && shelf.getItem(KEY)) drawKept();
  }).observe(document.body, { childList: true, subtree: true });
}
