// Asks once more before something that is hard to take back. Hook: <form data-confirm="the question">.

document.addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-confirm]");
  if (form && !window.confirm(form.dataset.confirm)) event.preventDefault();
});
