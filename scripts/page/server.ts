/**
 * Serves the page on 127.0.0.1, with the headers that isolate it.
 *
 * - A request with another name as `Host` is refused, so that no other site reaches this page through a name of its
 *   own.
 */

import type { PageFiles } from "./build.ts";
import { headersOf } from "./headers.ts";

/** The only address on which it listens. */
export const ADDRESS = "127.0.0.1";

const TYPES: Readonly<Record<string, string>> = {
  html: "text/html; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  css: "text/css; charset=utf-8",
  json: "application/json",
  svg: "image/svg+xml",
  ts: "text/plain; charset=utf-8",
  wasm: "application/wasm",
};

/** Answers a request; `port` is the server's. */
export function answer(request: Request, files: PageFiles, port: number): Response {
  const host = request.headers.get("host") ?? "";
  if (![ADDRESS, "localhost"].some((name) => host === `${name}:${port}`)) {
    return told(403, `Cannot serve ${host || "nobody"}: ${ADDRESS}:${port} is wanted`);
  }
  if (request.method !== "GET" && request.method !== "HEAD") return told(405, "Cannot do that: GET is wanted");
  const path = new URL(request.url).pathname.slice(1) || "index.html";
  const bytes = files.get(path);
  if (bytes === undefined) return told(404, "Cannot find that: a file of the page is wanted");
  const type = TYPES[path.slice(path.lastIndexOf(".") + 1)] ?? "application/octet-stream";
  return new Response(request.method === "HEAD" ? null : bytes, {
    headers: { ...headersOf(path), "content-type": type, "cache-control": "no-store" },
  });
}

function told(status: number, text: string): Response {
  return new Response(`${text}\n`, {
    status,
    headers: { ...headersOf(""), "content-type": "text/plain; charset=utf-8" },
  });
}

/**
 * Listens until it is shut down; port 0 means any free port.
 *
 * @throws {Deno.errors.AddrInUse} if another program uses the port.
 */
export function serve(files: PageFiles, port: number): Deno.HttpServer<Deno.NetAddr> {
  const server: Deno.HttpServer<Deno.NetAddr> = Deno.serve(
    { hostname: ADDRESS, port, onListen: () => {} },
    (request) => answer(request, files, server.addr.port),
  );
  return server;
}
