/**
 * Adds the page's headers to the responses of a plain file server, so that the page is isolated there as well.
 *
 * - It answers the page's requests to its own origin, stores nothing, and changes no bytes.
 */

import { headersOf } from "./headers.ts";

/** The part of a service worker that is used. */
interface Scope {
  readonly clients: { claim(): Promise<void> };
  readonly location: { readonly origin: string };
  readonly registration: { readonly scope: string };
  skipWaiting(): Promise<void>;
  addEventListener(kind: "install" | "activate" | "fetch", listen: (event: ScopeEvent) => void): void;
}

interface ScopeEvent {
  readonly request: Request;
  waitUntil(work: Promise<unknown>): void;
  respondWith(answer: Promise<Response>): void;
}

const scope = globalThis as unknown as Scope;

scope.addEventListener("install", (event) => event.waitUntil(scope.skipWaiting()));
scope.addEventListener("activate", (event) => event.waitUntil(scope.clients.claim()));
scope.addEventListener("fetch", (event) => {
  if (new URL(event.request.url).origin === scope.location.origin) event.respondWith(answer(event.request));
});

async function answer(request: Request): Promise<Response> {
  const { body, status, statusText, headers } = await fetch(request);
  const all = new Headers(headers);
  for (const [name, value] of Object.entries(headersOf(pathOf(request)))) all.set(name, value);
  return new Response(status === 304 || status === 204 ? null : body, { status, statusText, headers: all });
}

/** The path of a file, relative to the page. */
function pathOf({ url }: Request): string {
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname}`.slice(scope.registration.scope.length);
}
