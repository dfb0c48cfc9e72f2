// Says what may make HTML or run from a text here, for the whole page: documents that are only read, as the other modules
// do with pages they fetch, and a worker of this very site. Anything else fails, whoever tries it (Trusted Types;
// the policy stands in barcamp/web/headers.py). No hook.

globalThis.trustedTypes?.createPolicy("default", {
  createHTML: (html, _type, sink) => (sink === "DOMParser parseFromString" ? html : null),
  createScriptURL: (address) => (new URL(address, location.href).origin === location.origin ? address : null),
});
