// Has a part of the page made anew now and then, for what no change announces. Hook: data-again="30" (seconds) on an
// element with data-fresh; fresh.js does it, and waits while nobody looks.

for (const part of document.querySelectorAll("[data-again]")) {
  setInterval(() => part.dispatchEvent(new Event("barcamp:refresh", { bubbles: true })), Number(part.dataset.again) * 1000);
}
