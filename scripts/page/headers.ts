/**
 * The headers of every file of the page: isolated, so that there is shared memory, and closed to the outside.
 *
 * - Nothing is loaded from elsewhere, and no text is run as code; guests are Blob workers, and WebAssembly is compiled.
 * - The server sends them. On a plain file server the service worker adds them, and `index.html` has the policy itself.
 */

/** What the page may load, run and ask: itself. */
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

/** The worker of programs that the user brings: nothing of it, nor of its own workers, reaches the network. */
const SEALED = {
  path: "own.js",
  policy: "default-src 'none'; script-src 'self' blob: 'wasm-unsafe-eval'; worker-src blob:; connect-src 'none'",
};

/** The policy of a file. */
export function policyOf(path: string): string {
  return path === SEALED.path ? SEALED.policy : `${POLICY}; frame-ancestors 'none'`;
}

/** The headers of a file, by their names; paths are relative to the page. */
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
