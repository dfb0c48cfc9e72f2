// The pitch round's page at a stage: the keys of a presenter's remote press its buttons, a second tap in haste is none, and
// the seconds count down. Hooks: <div data-pitch>, <form data-pitch-step="next">, <b data-pitch-left="seconds left">.

const KEYS = { " ": "next", ArrowRight: "next", PageDown: "next", ArrowLeft: "back", PageUp: "back" };
const TAKEN = "a[href], button, input, select, textarea, summary, [contenteditable]";

document.addEventListener("keydown", (event) => {
  const wanted = KEYS[event.key];
  if (!wanted || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, select, textarea") || (event.key === " " && event.target.closest(TAKEN))) return;
  const form = document.querySelector(`[data-pitch-step="${wanted}"]`);
  if (!form) return;
  event.preventDefault();
  form.requestSubmit();
});

let isSent = false;
document.addEventListener("submit", (event) => {
  if (!event.target.closest("[data-pitch-step]")) return;
  if (isSent) event.preventDefault();
  isSent = true;
});
addEventListener("pageshow", () => { isSent = false; });

// The server says how many seconds are left; from then on this clock counts. A fresh page says so anew.
let told = null;
let endsAt = 0;

function count() {
  const line = document.querySelector("[data-pitch-left]");
  if (!line) return;
  const words = `${line.closest("article").querySelector("h2").textContent} ${line.dataset.pitchLeft}`;
  if (words !== told) {
    told = words;
    endsAt = performance.now() + 1000 * Number(line.dataset.pitchLeft);
  }
  const left = Math.max(0, Math.ceil((endsAt - performance.now()) / 1000));
  const text = line.textContent.replace(/\d+/, left);
  if (text !== line.textContent) line.textContent = text;
}

setInterval(count, 250);
count();
