/**
 * Where the code of guests comes from: files beside this one, or, in a bundle, text inside it.
 *
 * The bundle replaces this module by one with the same exports.
 */

/** The URL of a thread guest's module. */
export function threadUrl(): string {
  return new URL("./thread_entry.ts", import.meta.url).href;
}

/** Text that brings `serveProcess` into scope, to be followed by a call of it. */
export function processSource(): string {
  return `const { serveProcess } = await import(${
    JSON.stringify(new URL("./process_entry.ts", import.meta.url).href)
  });`;
}

/** The hosts that a guest's own code is imported from, such as `127.0.0.1:8000`; none for local files. */
export function hosts(): readonly string[] {
  const { protocol, host } = new URL(import.meta.url);
  return protocol.startsWith("http") ? [host] : [];
}

/** The URL of what guests need for delegated systems, where that is no file beside them: most guests do without. */
export function systemCode(): string | undefined {
  return undefined;
}

/** The modules that a guest loads only for some of its uses. */
export function parts(): readonly string[] {
  return [new URL("../logging/guest_logging.ts", import.meta.url).href];
}
