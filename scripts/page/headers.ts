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

/** The headers, by their names. */
export const HEADERS: Readonly<Record<string, string>> = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
  "cross-origin-resource-policy": "same-origin",
  "content-security-policy": `${POLICY}; frame-ancestors 'none'`,
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
};
