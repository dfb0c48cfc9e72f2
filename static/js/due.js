// Counts the seconds until something goes public by itself. Hook: <time data-due="12" data-due-words="{n} s">.
// The seconds were left when the page was made, so no clock of the visitor's matters. When they are over, the part of
// the page that it stands in is asked for again.

const LATE = 2; // seconds that the server may need
const ends = new WeakMap(); // element -> { due: its datetime, at: when it is over }

function tick() {
  for (const element of document.querySelectorAll("[data-due]")) {
    const due = element.getAttribute("datetime");
    if (ends.get(element)?.due !== due) {
      ends.set(element, { due, at: performance.now() + 1000 * Number(element.dataset.due) });
    }
    const end = ends.get(element);
    const left = Math.ceil((end.at - performance.now()) / 1000);
    const words = element.dataset.dueWords.replace("{n}", Math.max(left, 0));
    if (element.textContent !== words) element.textContent = words;
    if (left <= -LATE && !end.isAsked) {
      end.isAsked = true;
      element.dispatchEvent(new CustomEvent("barcamp:refresh", { bubbles: true }));
    }
  }
}

tick();
setInterval(tick, 500);
