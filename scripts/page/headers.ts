/**
 * The headers of every file of the page: they isolate it, so that it has shared memory, and cut it off from other
 * origins.
 *
 * - Nothing is loaded from other origins, and no text is run as code; guests are Blob workers, and WebAssembly is
 *   compiled.
 * - The server sends them. On a plain file server the service worker adds them, and `index.html` has the policy itself.
 */

/** The policy of the page, which may load, run and request only its own files. */
export const POLICY = [
  "default-src 'none'",
  "script-src 'self' blob: 'wasm-unsafe-eval'",
  "worker-src 'self' blob:",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

/** The policy of the worker for users' programs: neither it nor its own workers reach the network. */
const SEALED = {
  path: "own.js",
  policy: "default-src 'none'; script-src 'self' blob: 'wasm-unsafe-eval'; worker-src blob:; connect-src 'none'",
};

/** The policy of a file. */
export function policyOf(path: string): string {
  return path === SEALED.path ? SEALED.policy : `${POLICY}; frame-ancestors 'none'`;
}

/** The headers of a file, by name; paths are relative to the page. */
export function headersOf(path: string): Readonly<Record<string, string>> {
  return { ...HEADERS, "content-security-policy": policyOf(path) };
}

const HEADERS: Readonly<Record<string, string>> = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
};
