// Shows how far a search is. Hook: <… data-fresh data-arranging> while one is under way; fresh.js asks for it.

const SECOND = 1000;

setInterval(() => {
  for (const part of document.querySelectorAll("[data-arranging]")) {
    part.dispatchEvent(new CustomEvent("barcamp:refresh", { bubbles: true }));
  }
}, SECOND);
