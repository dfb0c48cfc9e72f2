// Keeps a screen true for a whole day. Hook: <body data-screen>. It asks for its own page again when something changed
// ("barcamp:change", "barcamp:resync" of live.js) and when a minute begins, and swaps <main> in one go; it ticks the clock and the
// ring by the server's time, counts stars as they come, and keeps the display awake.
// Everything it keeps is a handful of numbers, so that hours do not fill the memory.

const MINUTE = 60_000;
const GAP = { usual: 2_000, pitch: 250 }; // between two questions
const IDLE = 5_000;
const MOTION = window.matchMedia("(prefers-reduced-motion: no-preference)");

let sent = document.querySelector("main").cloneNode(true); // as the server wrote it
let offset = serverTime(document) - performance.now();
let asked = performance.now();
let asking = false;
let due = Infinity;
let awake = null;
let moved = asked;

const serverNow = () => performance.now() + offset;
const clock = () => document.querySelector("[data-screen-clock]");

function serverTime(page) {
  return Number(page.querySelector("[data-screen-clock]").dataset.screenClock);
}

function inZone(milliseconds) {
  const options = { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: clock().dataset.zone };
  return new Date(milliseconds).toLocaleTimeString(document.documentElement.lang, options);
}

// ---- fresh data

function ask(within, gap) {
  due = Math.min(due, Math.max(performance.now() + within, asked + gap));
}

async function refresh() {
  asking = true;
  due = Infinity;
  asked = performance.now();
  const address = new URL(location.href);
  address.searchParams.set("page", "1");
  try {
    const answer = await fetch(address, { headers: { Accept: "text/html" }, signal: AbortSignal.timeout(15_000) });
    if (answer.ok) take(new DOMParser().parseFromString(await answer.text(), "text/html"));
  } catch {
    // live.js says how old the page is; the next minute asks again
  }
  asking = false;
}

function take(page) {
  offset = serverTime(page) - performance.now();
  if (files(page) !== files(document)) return location.reload(); // the site was renewed
  const fresh = page.querySelector("main");
  document.title = page.title;
  if (fresh.isEqualNode(sent)) return undefined;
  sent = fresh;
  document.querySelector("main").replaceWith(document.importNode(fresh, true));
  document.dispatchEvent(new CustomEvent("screen:swapped"));
  return tick();
}

function files(page) {
  return Array.from(page.querySelectorAll("script[src], link[rel=stylesheet]"), (tag) => tag.getAttribute("src") ?? tag.getAttribute("href")).join();
}

document.addEventListener("barcamp:change", ({ detail }) => {
  if (detail.kind === "stars") return count(detail.counts);
  const isPitch = detail.kind.startsWith("pitch-");
  return ask(Math.random() * Math.min(detail.spread ?? 0, isPitch ? 150 : 1_500), isPitch ? GAP.pitch : GAP.usual);
});
document.addEventListener("barcamp:resync", () => ask(Math.random() * 1_500, GAP.usual));

function count(counts) {
  for (const figure of document.querySelectorAll("[data-stars-of]")) {
    const stars = counts?.[figure.dataset.starsOf];
    if (stars === undefined || figure.textContent === String(stars)) continue;
    figure.textContent = stars;
    if (MOTION.matches) figure.parentElement.animate([{ scale: 1.18 }, { scale: 1 }], { duration: 350, easing: "ease-out" });
  }
}

// ---- what moves by itself

function tick() {
  const now = performance.now();
  const time = inZone(serverNow());
  if (clock().textContent !== time) {
    clock().textContent = time;
    ask(Math.random() * 2_000, GAP.usual); // sessions begin and end with a minute
  }
  ring();
  document.body.classList.toggle("is-idle", now - moved > IDLE);
  if (!asking && (now >= due || now - asked > MINUTE)) refresh();
}

function ring() {
  const box = document.querySelector("[data-screen-ring]");
  if (!box) return;
  const left = Math.max(0, Number(box.dataset.screenRing) - serverNow()) / 1000;
  box.querySelector(".ring-left").setAttribute("stroke-dashoffset", (100 - (100 * left) / Number(box.dataset.seconds)).toFixed(1));
  box.querySelector("[data-ring-left]").textContent = Math.ceil(left);
  box.classList.toggle("is-over", left === 0);
}

// ---- the display

async function stayAwake() {
  if (document.visibilityState !== "visible") return;
  try {
    if (!awake || awake.released) awake = await navigator.wakeLock?.request("screen");
  } catch {
    awake = null; // the display may sleep when its battery says so
  }
}

function offerFullScreen() {
  document.querySelector("[data-screen-hint]").hidden = !document.fullscreenEnabled || document.fullscreenElement !== null;
}

document.addEventListener("click", () => {
  if (!document.fullscreenElement) document.documentElement.requestFullscreen?.().catch(() => {});
});
document.addEventListener("fullscreenchange", offerFullScreen);
document.addEventListener("pointermove", () => { moved = performance.now(); }, { passive: true });
document.addEventListener("visibilitychange", () => {
  stayAwake();
  ask(0, GAP.usual);
});
window.addEventListener("online", () => ask(Math.random() * 1_500, GAP.usual));

offerFullScreen();
stayAwake();
setInterval(tick, 250);
tick();
