/**
 * The location of the code of guests: files beside this one, or text inside a bundle.
 *
 * A bundle replaces this module by one with the same exports.
 */

/** The URL of a thread guest's module. */
export function threadUrl(): string {
  return new URL("./thread_entry.ts", import.meta.url).href;
}

/** Source text that brings `serveProcess` into scope, to be followed by a call of it. */
export function processSource(): string {
  return `const { serveProcess } = await import(${
    JSON.stringify(new URL("./process_entry.ts", import.meta.url).href)
  });`;
}

/** The network hosts from which guests import the library's code, such as `127.0.0.1:8000`; none for local files. */
export function hosts(): readonly string[] {
  const { protocol, host } = new URL(import.meta.url);
  return protocol.startsWith("http") ? [host] : [];
}

/**
 * The URL of the code for delegated systems, which most guests do without; `undefined` if it is a file beside the
 * guest's own.
 */
export function systemCode(): string | undefined {
  return undefined;
}

/** The modules that a guest loads only for some uses. */
export function parts(): readonly string[] {
  return [new URL("../logging/guest_logging.ts", import.meta.url).href];
}
