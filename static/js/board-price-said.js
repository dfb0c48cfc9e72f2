// Says under the form of the opened card what the chosen time and room would mean. Hook: <form data-price-of="card's id">
// with the fields `slot` and `room` and a line [data-price-said].

const { key, pricesOf } = await import(document.querySelector("script[src*='/board-prices.js']").src);

addEventListener("change", async (event) => {
  const form = event.target.closest("form[data-price-of]");
  if (!form) return;
  const found = await pricesOf(form.dataset.priceOf);
  const chosen = found?.cells.get(key(form.elements.slot.value, form.elements.room.value));
  const line = form.querySelector("[data-price-said]");
  if (line) line.textContent = chosen?.words ?? "";
});
