/**
 * What a guest prints goes to stderr: stdout belongs to the protocol, or to the one who started the run.
 *
 * @example
 * ```ts
 * import { printToStderr } from "./guest_console.ts";
 *
 * if (typeof printToStderr !== "function") throw new Error("a guest calls it before it loads anything");
 * ```
 *
 * @module
 */

/** Sends everything that this realm prints to stderr. */
export function printToStderr(): void {
  const error = console.error.bind(console);
  console.log = console.info = console.debug = error;
  const { stderr } = Deno;
  Object.defineProperties(Deno.stdout, {
    write: { value: (bytes: Uint8Array) => stderr.write(bytes) },
    writeSync: { value: (bytes: Uint8Array) => stderr.writeSync(bytes) },
    writable: { get: () => stderr.writable },
  });
}
