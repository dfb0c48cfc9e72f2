// Hears what others change while a page is open. Hook: <body data-live data-changes data-revision data-listener>.
// Says on `document` "barcamp:change" (detail: the frame) for every change after data-revision, in their order and each
// once, and "barcamp:resync" when everything must be read again.
// One tab of a browser (it holds the lock) reads the stream and passes it on to the others. Hidden tabs let go of all.
// It is read by fetch, not by EventSource: that one hides the server's pings and why it was refused.

const FIRST_WORD = 10_000; // milliseconds: whoever hears nothing for so long asks now and then instead
const SILENCE = 40_000; // pings come every 15 seconds, so this connection is dead
const STALE = 20_000;
const MINUTE = 60_000;
const TRIES = 3;

const page = document.body.dataset;
let revision = Number(page.revision); // the last change that this tab was told
let newest = revision; // the last one it knows of
let contactAt = Date.now();
let shownAt = Date.now();
let retry = 3000;
let channel = null; // to the other tabs
let isLeading = false;
let session = null; // aborted when the tab is hidden
let hurry = () => {}; // ends a pause, or a connection that may be dead
let isHurried = false;

if (page.live) {
  for (const name of ["visibilitychange", "pageshow", "pagehide"]) addEventListener(name, comeOrGo, true);
  addEventListener("online", () => { isHurried = true; hurry(); });
  addEventListener("offline", showWhetherStale);
  setInterval(showWhetherStale, 1000);
  comeOrGo();
}

function comeOrGo(event) {
  const isHere = document.visibilityState === "visible" && event?.type !== "pagehide";
  if (isHere && !session) {
    session = new AbortController();
    shownAt = Date.now();
    join(session.signal);
  } else if (!isHere && session) {
    session.abort();
    session = null;
    channel?.close();
    channel = null;
  }
}

async function join(stop) {
  // both are missing on old phones, and locks on plain http: then each visible tab has a stream of its own
  if (!navigator.locks || !window.BroadcastChannel) return lead(stop);
  channel = new BroadcastChannel(page.listener);
  channel.onmessage = ({ data }) => hear(data);
  const name = page.listener;
  const isFirst = await navigator.locks.request(name, { ifAvailable: true }, async (lock) => lock && (await lead(stop), true));
  if (isFirst || stop.aborted) return;
  catchUp();
  navigator.locks.request(name, { signal: stop }, () => lead(stop)).catch(() => {}); // hidden before its turn came
}

// ---- what was heard -------------------------------------------------------------------------------------------------

// A message is a list of [frame, whether it is a line of the log]: lines are numbered 1, 2, 3 … without a gap.
function hear(message) {
  contactAt = Date.now();
  showWhetherStale();
  if (isLeading) channel?.postMessage(message);
  for (const [frame, isLine] of message) {
    if (frame.kind === "reset") {
      revision = newest = frame.revision;
      document.dispatchEvent(new CustomEvent("barcamp:resync"));
      continue;
    }
    newest = Math.max(newest, frame.revision);
    if (isLine && frame.revision !== revision + 1) continue; // heard before, or behind a gap
    if (isLine) revision = frame.revision;
    document.dispatchEvent(new CustomEvent("barcamp:change", { detail: frame }));
  }
  if (newest > revision) catchUp();
}

let catching = null;

// Ask for what is missing. Tells whether the site could be reached.
function catchUp() {
  catching ??= closeTheGap().finally(() => { catching = null; });
  return catching;
}

async function closeTheGap() {
  try {
    for (let more = true; more; ) {
      const response = await fetch(`${page.changes}?since=${revision}`, { headers: { Accept: "application/json" } });
      if (!response.ok) return false;
      const answer = await response.json();
      const lines = answer.changes.map((frame) => [{ spread: answer.spread, ...frame }, true]);
      const stars = { revision: answer.revision, kind: "stars", subject: "notes", ts: Date.now() / 1000, spread: answer.spread };
      hear(answer.counts ? [...lines, [{ ...stars, counts: answer.counts }, false]] : lines);
      more = answer.more || (revision < newest && lines.length > 0);
    }
    return true;
  } catch {
    return false;
  }
}

// ---- the one that reads the stream ----------------------------------------------------------------------------------

async function lead(stop) {
  isLeading = true;
  for (let failures = 0; !stop.aborted; ) {
    const heard = await listen(stop);
    failures = heard ? 0 : failures + 1;
    const isRefused = heard === null;
    if (isHurried) await pause(1000 * Math.random(), stop); // all phones of the room are back in this moment
    else if (failures < TRIES && !isRefused) await pause(retry * (1 + Math.random() / 2), stop);
    else await poll(stop);
    isHurried = false;
  }
  isLeading = false;
}

// Read the stream until it ends; tells whether there was one, null where the site would not give it.
async function listen(stop) {
  const connection = new AbortController();
  const end = () => connection.abort();
  stop.addEventListener("abort", end);
  hurry = end;
  let patience = setTimeout(end, FIRST_WORD);
  let spoke = false;
  try {
    const address = `${page.live}?since=${revision}`;
    const response = await fetch(address, { signal: connection.signal, cache: "no-store", headers: { Accept: "text/event-stream" } });
    if (!response.ok) return null;
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    for (let rest = ""; ; ) {
      const { done, value } = await reader.read();
      if (done) return spoke;
      clearTimeout(patience);
      patience = setTimeout(end, SILENCE);
      spoke = true;
      const events = (rest + value).split("\n\n");
      rest = events.pop();
      hear(events.flatMap(read));
    }
  } catch {
    return spoke;
  } finally {
    clearTimeout(patience);
    stop.removeEventListener("abort", end);
  }
}

// Server-sent events (the HTML standard, 9.2) as far as the site uses it.
function read(event) {
  const fields = new Map(event.split("\n").map((line) => [line.split(":", 1)[0], line.replace(/^[^:]*: ?/, "")]));
  if (fields.has("retry")) retry = Number(fields.get("retry"));
  return fields.has("data") ? [[JSON.parse(fields.get("data")), fields.has("id")]] : [];
}

// Ask now and then: for a minute, or until a site that was away is back.
async function poll(stop) {
  const until = Date.now() + MINUTE;
  for (let wasAway = false; !stop.aborted && Date.now() < until; ) {
    const isThere = await catchUp();
    if (isThere && wasAway) return;
    wasAway = !isThere;
    await pause(5000 + Math.random() * 10_000, stop);
  }
}

function pause(milliseconds, stop) {
  return new Promise((done) => {
    if (stop.aborted) return done();
    const timer = setTimeout(end, milliseconds);
    function end() {
      clearTimeout(timer);
      stop.removeEventListener("abort", end);
      done();
    }
    stop.addEventListener("abort", end);
    hurry = end;
  });
}

// ---- how old the page is --------------------------------------------------------------------------------------------

function showWhetherStale() {
  const line = document.getElementById("live-status");
  if (!line || !session) return;
  const silentFor = Date.now() - Math.max(contactAt, shownAt - STALE + 5000); // a tab that comes back has a moment
  const isStale = !navigator.onLine || silentFor > STALE;
  const clock = { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: line.dataset.zone };
  const time = new Intl.DateTimeFormat(document.documentElement.lang, clock).format(contactAt);
  const words = isStale ? line.dataset.stale.replace("{time}", time) : "";
  if (line.textContent !== words) line.textContent = words;
}
