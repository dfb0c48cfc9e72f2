// The site's service worker: shows what was pushed, and opens its page when pressed. It stays out of everything else:
// without a fetch handler no page goes through it.

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("push", (event) => {
  const { title = "BarCamp", text = "", path = "/news", tag } = read(event.data);
  event.waitUntil(self.registration.showNotification(title, {
    body: text,
    tag,
    icon: "/static/img/icon-192.png",
    data: { path },
  }));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(open(event.notification.data?.path));
});

// A push must always show something, else browsers take the right to push away.
function read(data) {
  try {
    return data.json();
  } catch {
    return {};
  }
}

// An open tab with that page comes to the front; else a new one.
async function open(path) {
  const address = new URL(path ?? "/news", self.location.origin);
  if (address.origin !== self.location.origin) return;
  const tabs = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const there = tabs.find((tab) => tab.url.split("#")[0] === address.href.split("#")[0]);
  await (there ? there.focus() : self.clients.openWindow(address.href));
}
