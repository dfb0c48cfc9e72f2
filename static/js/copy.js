// Copies the value of a field. Hook: <button type="button" data-copy="id of the field" hidden>, shown only when copying can work.

for (const button of document.querySelectorAll("button[data-copy]")) button.hidden = !navigator.clipboard;

document.addEventListener("click", async (event) => {
  const button = event.target.closest("button[data-copy]");
  if (!button) return;
  const field = document.getElementById(button.dataset.copy);
  const announcer = document.getElementById("announcer");
  try {
    await navigator.clipboard.writeText(field.value);
    announcer.textContent = announcer.dataset.copied;
    button.classList.add("is-done");
  } catch {
    field.select();
    announcer.textContent = announcer.dataset.copyFailed;
  }
});
