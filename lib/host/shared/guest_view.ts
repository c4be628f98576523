/**
 * Shared things as a guest sees them: it makes the description anew, and nothing but names travels.
 *
 * @module
 */

import type { Layout, Memory } from "../../memory/mod.ts";
import type { SharedMessage } from "../service/message.ts";
import { type Shareables, type Shared, Space } from "../../sync/mod.ts";

/** In how many waits at once a side can be. */
export const LANES = 16;

/**
 * A guest's view, on the memory that `memoryFor` gives for the layout of the things.
 *
 * @throws {TypeError} where they are not those that the host has.
 */
export function guestView(
  things: Shareables,
  { message: { call, tasks, words, task }, memoryFor }: {
    readonly message: SharedMessage;
    readonly memoryFor: (layout: Layout) => Memory;
  },
): { readonly shared: Shared<Shareables>; readonly memory: Memory } {
  const space = new Space(things, { tasks, lanesPerTask: LANES });
  if (space.layout.wordCount !== words) {
    throw new TypeError(
      `Cannot share: the things of ${call.export} take ${space.layout.wordCount} words, the very things that ` +
        `the host has (${words} words) are wanted`,
    );
  }
  const memory = memoryFor(space.layout);
  return { shared: space.bind(memory, { task }), memory };
}
