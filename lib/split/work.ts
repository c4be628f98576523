/**
 * What a guest does for a search that is split: it performs shares of it, and keeps what it has learned of the program.
 *
 * - The guest's module imports the program and this, by their URLs, so that a process guest needs no right to read.
 * - In a bundle all is one module, which exports {@linkcode sharesOf} as well.
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

/** For how many milliseconds a guest hears nothing. */
const DEAF = 50;

/** Where this stands. */
const HERE = import.meta.url;

/** The module of guests that perform shares of a program, which it exports as `share`. */
export function shareModule({ module, name }: { readonly module: string; readonly name: string }): string {
  const [program, work, called] = [module, HERE, name].map((text) => JSON.stringify(text));
  const source = `import * as exports from ${program};
import { sharesOf } from ${work};
export const share = sharesOf(exports, ${called});
`;
  return `data:text/javascript,${encodeURIComponent(source)}`;
}

/**
 * Performs shares of the program of that name among a module's exports.
 *
 * @throws {TypeError} where there is none.
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
      // A guest is ended where it waits.
      if (now() - heard < DEAF) continue;
      await turn();
      heard = now();
    }
  };
}
