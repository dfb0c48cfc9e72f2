// "Got it" without a page load. Hook: <form data-news-read> inside #news-banner. What is left is asked for again.

document.addEventListener("submit", async (event) => {
  const form = event.target.closest("form[data-news-read]");
  if (!form) return;
  event.preventDefault();
  const button = form.querySelector("button");
  button.disabled = true;
  try {
    const response = await fetch(form.action, { method: "POST", body: new FormData(form), headers: { Accept: "application/json" } });
    if (!response.ok) throw new Error(response.status);
    const banner = form.closest("[data-fresh]");
    const fresh = await read(banner.dataset.freshUrl);
    for (const part of [banner, document.getElementById("news-link")]) part.replaceWith(fresh.getElementById(part.id));
    document.getElementById("main").focus({ preventScroll: true }); // the button that had it is gone
  } catch {
    form.submit(); // as without scripts
  }
});

async function read(address) {
  const response = await fetch(address, { headers: { Accept: "text/html", "X-Refresh": "1" } });
  if (!response.ok) throw new Error(response.status);
  return new DOMParser().parseFromString(await response.text(), "text/html");
}
