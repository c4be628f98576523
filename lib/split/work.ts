/**
 * What a guest does for a split search: it performs shares, and keeps what it has learned about the program.
 *
 * - The guest's module imports the program and this file by their URLs, so a process guest needs no permission to read.
 * - A bundle is a single module, which therefore exports {@linkcode sharesOf} too.
 *
 * @example A program that no module exports has no shares
 * ```ts
 * import { sharesOf } from "./work.ts";
 *
 * let refused = false;
 * try {
 *   sharesOf({}, "bank");
 * } catch (error) {
 *   refused = error instanceof TypeError;
 * }
 * if (!refused) throw new Error("the module exports no such program");
 * ```
 */

import { KeptModel, performShare, type ShareRequest, type ShareResult } from "../explorer/mod.ts";
import { type Exports, now, programsOf, turn } from "../host/mod.ts";
import { isProgram } from "../program/mod.ts";

/** How long a guest may run without processing messages, in milliseconds. */
const DEAF = 50;

/** The URL of this file. */
const HERE = import.meta.url;

/** The module, as a `data:` URL, of guests that perform shares of a program; it exports them as `share`. */
export function shareModule({ module, name }: { readonly module: string; readonly name: string }): string {
  const [program, work, called] = [module, HERE, name].map((text) => JSON.stringify(text));
  const source = `import * as exports from ${program};
import { sharesOf } from ${work};
export const share = sharesOf(exports, ${called});
`;
  return `data:text/javascript,${encodeURIComponent(source)}`;
}

/**
 * Returns the function that performs shares of the named program, found among a module's exports.
 *
 * @throws {TypeError} if the module exports no such program.
 */
export function sharesOf(exports: Exports, name: string): (request: never) => Promise<unknown> {
  const program = programsOf(exports).filter(isProgram).find((program) => program.name === name);
  if (program === undefined) {
    throw new TypeError(`Cannot explore ${name}: its module exports no such program, it is wanted`);
  }
  const kept = new KeptModel();
  return async (request: ShareRequest): Promise<ShareResult> => {
    const slices = performShare(program, request, kept);
    for (let heard = now();;) {
      const { done, value } = slices.next();
      if (done) return value;
      // The host can end a guest only while the guest waits.
      if (now() - heard < DEAF) continue;
      await turn();
      heard = now();
    }
  };
}
