// Stars without a page load. Hook: <form data-star data-url data-star-action data-unstar-action> around one pressed/unpressed button.
// The button changes at once and is put right by what the server answers: {"starred": bool, "stars": int | null}.

const DOUBLE_TAP = 400; // milliseconds: two taps this close are one wish
const asking = new WeakMap();

document.addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-star]");
  if (!form) return;
  event.preventDefault();
  toggle(form, event.timeStamp);
});

function toggle(form, tappedAt) {
  if (tappedAt - Number(form.dataset.tappedAt ?? -DOUBLE_TAP) < DOUBLE_TAP) return;
  form.dataset.tappedAt = tappedAt;

  const wanted = !isStarred(form);
  const known = asking.get(form)?.known ?? { starred: isStarred(form), stars: count(form) };
  show(form, guess(known, wanted));
  if (asking.has(form)) {
    asking.get(form).wanted = wanted;
    return;
  }
  const wish = { known, wanted };
  asking.set(form, wish);
  settle(form, wish);
}

// One request at a time; taps made meanwhile only change the wish.
async function settle(form, wish) {
  let refusal = "";
  while (!refusal && wish.known.starred !== wish.wanted) {
    const sent = wish.wanted;
    const answer = await ask(form, sent);
    if (answer.refusal === undefined) wish.known = answer;
    refusal = answer.refusal ?? "";
    if (wish.known.starred !== sent) break;
  }
  asking.delete(form);
  show(form, wish.known);
  say(refusal, wish.known);
}

function guess({ starred, stars }, wanted) {
  return { starred: wanted, stars: stars === null ? null : stars + Number(wanted) - Number(starred) };
}

// {starred, stars}, or {refusal: words for people}
async function ask(form, wanted) {
  const failed = { refusal: announcer().dataset.starFailed };
  try {
    const response = await fetch(form.dataset.url, {
      method: wanted ? "PUT" : "DELETE",
      headers: { Accept: "application/json", "X-CSRF-Token": form.elements.csrf_token.value },
    });
    if (response.status === 401) signInFirst(form, wanted);
    const answer = await response.json();
    return response.ok ? answer : { refusal: answer.error ?? failed.refusal };
  } catch {
    return failed;
  }
}

// The plain form post leads to the sign-in page and back.
function signInFirst(form, wanted) {
  form.action = wanted ? form.dataset.starAction : form.dataset.unstarAction;
  form.submit();
}

const announcer = () => document.getElementById("announcer");
const button = (form) => form.querySelector("button[aria-pressed]");
const isStarred = (form) => button(form).getAttribute("aria-pressed") === "true";

function count(form) {
  const text = form.querySelector("[data-star-count]").textContent.trim();
  return text === "" ? null : Number(text);
}

function show(form, { starred, stars }) {
  button(form).setAttribute("aria-pressed", String(starred));
  form.querySelector("[data-star-count]").textContent = stars ?? "";
  form.action = starred ? form.dataset.unstarAction : form.dataset.starAction;
}

// Success is only spoken, since the star itself shows it; a refusal must be seen too.
function say(refusal, { starred, stars }) {
  const line = announcer();
  const done = line.dataset[starred ? "starred" : "unstarred"];
  line.textContent = refusal || (stars === null ? done : `${done} · ${stars}`);
  line.classList.toggle("visually-hidden", !refusal);
}
