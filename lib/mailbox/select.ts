/**
 * Select: exactly one of several operations on channels, whichever can be done.
 *
 * - Among those that can be done at one instant chance picks, each alike: that of the memory, or of a `seed`.
 * - Where none can it waits for the first that can, unless `default` is set; a closed channel is an operation that can be
 *   done, and throws.
 * - It is one call, of the method `selectBytes` of the first channel: the others are named in its arguments.
 *
 * @example
 * ```ts
 * import { ModelMemory, runBlocking } from "../memory/mod.ts";
 * import { Space } from "../sync/mod.ts";
 * import { channel } from "./channel.ts";
 * import { select } from "./select.ts";
 *
 * const space = new Space({ jobs: channel<string>({ capacity: 1 }), done: channel<number>() }, { tasks: 1 });
 * const memory = new ModelMemory(space.layout);
 * runBlocking(memory, space.initialize());
 * const { jobs, done } = space.bind(memory, { task: 0 });
 * jobs.putSync("sort");
 * const selected = runBlocking(memory, select([{ take: jobs }, { put: done, value: 1 }]));
 * if (selected?.index !== 0 || selected.value !== "sort") throw new Error("the job is wanted");
 * const none = runBlocking(memory, select([{ take: jobs }, { put: done, value: 1 }], { default: true }));
 * if (none !== undefined) throw new Error("nothing can be done");
 * ```
 */

import type { Steps } from "../memory/mod.ts";
import { checkWaitOptions, type WaitOptions } from "../sync/mod.ts";
import { Channel } from "./channel.ts";
import { decode, encode } from "../codec/mod.ts";
import type { SelectedBytes } from "./selecting.ts";

/** A take from a channel, or a put into one. */
export type ChannelOperation =
  | {
    /** The channel to take from. */
    readonly take: Channel;
  }
  | {
    /** The channel to put into. */
    readonly put: Channel;
    /** What to put. */
    readonly value: unknown;
  };

/** How a select picks, and how long it waits. */
export interface SelectOptions extends WaitOptions {
  /** Decides the pick among operations that can be done; by default the memory's chance does. */
  readonly seed?: number | undefined;
  /** Whether it gives undefined at once where nothing can be done; false by default. */
  readonly default?: boolean | undefined;
}

/** The operation that was done. */
export interface Selected {
  /** Its place among those that were given. */
  readonly index: number;
  /** The value of a take; undefined for a put. */
  readonly value: unknown;
}

/**
 * Does exactly one of the operations; undefined where none could be done in time.
 *
 * @throws {UncloneableError} where a value cannot be cloned, at once.
 * @throws {ChannelClosedError} where the operation that chance picks is on a closed channel.
 */
export function select(
  operations: readonly ChannelOperation[],
  options: SelectOptions = {},
): Steps<Selected | undefined> {
  checkWaitOptions("select", options);
  const { default: orNone = false, ...rest } = options;
  const [first] = operations.map(channelOf);
  if (first === undefined) throw new TypeError("Cannot select: no operation, at least one is wanted");
  const named = operations.map((operation) =>
    "take" in operation
      ? { channel: operation.take.name }
      : { channel: operation.put.name, put: encode(operation.value) }
  );
  return decoded(first.selectBytes(named, orNone ? { ...rest, timeout: 0 } : rest));
}

function channelOf(operation: ChannelOperation): Channel {
  const channel = "take" in operation ? operation.take : operation.put;
  if (channel instanceof Channel) return channel;
  throw new TypeError("Cannot select: an operation on no channel, { take } or { put, value } with a channel is wanted");
}

function* decoded(steps: Steps<SelectedBytes | undefined>): Steps<Selected | undefined> {
  const selected = yield* steps;
  if (selected === undefined) return undefined;
  const { index, bytes } = selected;
  return { index, value: bytes === undefined ? undefined : decode(bytes) };
}
