// Web Push on and off for this browser. Hook: <div id="push" data-key-url data-url data-worker> with parts [data-push].
// Without it, or where the browser cannot, the words say so and letters go on.

const box = document.getElementById("push");
const part = Object.fromEntries([...box.querySelectorAll("[data-push]")].map((one) => [one.dataset.push, one]));
const can = window.isSecureContext && "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;

if (can) {
  part.on.addEventListener("click", () => act(turnOn));
  part.off.addEventListener("click", () => act(turnOff));
  act(look);
}

async function act(work) {
  part.on.disabled = part.off.disabled = true;
  say("");
  try {
    show(await work());
  } catch (problem) {
    show(await isOn().catch(() => false));
    // AbortError and friends come from the browser's push service, not from this site
    say(problem instanceof DOMException ? part.said.dataset.refused : part.said.dataset.failed);
  }
  part.on.disabled = part.off.disabled = false;
}

// Whether this browser hears, as the site has it too: it may have been removed there, or the site's key be a new one.
async function look() {
  const subscription = await current();
  if (!subscription || Notification.permission !== "granted") return false;
  if (!isFor(subscription, await siteKey())) return (await subscription.unsubscribe(), false);
  await tell("POST", subscription.toJSON());
  return true;
}

async function turnOn() {
  if ((await Notification.requestPermission()) !== "granted") return false;
  say(part.said.dataset.wait);
  await navigator.serviceWorker.register(box.dataset.worker);
  const { pushManager } = await navigator.serviceWorker.ready;
  const key = await siteKey();
  const before = await pushManager.getSubscription();
  if (before && !isFor(before, key)) await before.unsubscribe();
  const subscription = await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
  await tell("POST", subscription.toJSON());
  say("");
  return true;
}

async function turnOff() {
  const subscription = await current();
  if (subscription) {
    await tell("DELETE", { endpoint: subscription.endpoint });
    await subscription.unsubscribe();
  }
  return false;
}

async function current() {
  const registration = await navigator.serviceWorker.getRegistration(box.dataset.worker);
  return registration?.pushManager.getSubscription();
}

async function isOn() {
  return Notification.permission === "granted" && Boolean(await current());
}

async function siteKey() {
  const { key } = await (await asked(box.dataset.keyUrl)).json();
  return Uint8Array.from(atob(key.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
}

function isFor({ options }, key) {
  const theirs = new Uint8Array(options.applicationServerKey ?? []);
  return theirs.length === key.length && theirs.every((byte, place) => byte === key[place]);
}

function tell(method, said) {
  const token = document.querySelector('meta[name="csrf-token"]').content;
  const headers = { "Content-Type": "application/json", "X-CSRF-Token": token };
  return asked(box.dataset.url, { method, body: JSON.stringify(said), headers });
}

async function asked(address, { headers = {}, ...more } = {}) {
  const response = await fetch(address, { headers: { Accept: "application/json", ...headers }, ...more });
  if (!response.ok) throw new Error(`${response.status} for ${address}`);
  return response;
}

function show(isOn) {
  const isDenied = Notification.permission === "denied";
  part.none.hidden = true;
  part.denied.hidden = !isDenied;
  part.on.hidden = isOn || isDenied;
  part.off.hidden = !isOn;
}

function say(words) {
  part.said.textContent = words;
  part.said.hidden = !words;
}
