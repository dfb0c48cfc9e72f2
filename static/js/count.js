// Says how many characters are left. Hook: <input or textarea data-count="most allowed">,
// with a hidden <p data-count-words="… {n} …"> in the same .field.

function tell(field) {
  const line = field.closest(".field")?.querySelector("[data-count-words]");
  if (!line) return;
  const left = Number(field.dataset.count) - [...field.value].length;
  line.hidden = false;
  line.textContent = line.dataset.countWords.replace("{n}", left);
  line.classList.toggle("is-over", left < 0);
}

for (const field of document.querySelectorAll("[data-count]")) tell(field);
document.addEventListener("input", (event) => {
  if (event.target.matches("[data-count]")) tell(event.target);
});
