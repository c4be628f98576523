/**
 * Select: performs exactly one of several channel operations, whichever is possible.
 *
 * - Among the operations possible at one instant, chance picks one with equal probability: the memory's chance, or that
 *   of a `seed`.
 * - If none is possible, it waits for the first that becomes so, unless `default` is set. An operation on a closed
 *   channel counts as possible, and throws.
 * - Through views it behaves like their methods: it blocks, or returns a promise.
 * - It is one call, of the method `selectBytes` of the first channel; its arguments name the other channels.
 *
 * @example
 * ```ts
 * import { ModelMemory, runBlocking } from "../memory/mod.ts";
 * import { blockingViews, Space } from "../sync/mod.ts";
 * import { channel } from "./channel.ts";
 * import { select } from "./select.ts";
 *
 * const space = new Space({ jobs: channel<string>({ capacity: 1 }), done: channel<number>() }, { tasks: 1 });
 * const memory = new ModelMemory(space.layout);
 * runBlocking(memory, space.initialize());
 * const { jobs, done } = blockingViews(space.bind(memory, { task: 0 }));
 * jobs.put("sort");
 * const selected = select([{ take: jobs }, { put: done, value: 1 }]);
 * if (selected?.index !== 0 || selected.value !== "sort") throw new Error("expected the job");
 * const none = select([{ take: jobs }, { put: done, value: 1 }], { default: true });
 * if (none !== undefined) throw new Error("no operation is possible");
 * ```
 */

import { mapped, type Steps } from "../memory/mod.ts";
import {
  type AbortOption,
  bodyOf,
  type CancelToken,
  checkWaitOptions,
  type Promised,
  type Seen,
  throughView,
  type WaitOptions,
} from "../sync/mod.ts";
import { Channel } from "./channel.ts";
import { decode, encode } from "../codec/mod.ts";

/** A channel, in a program or through a view. */
export type AnyChannel = Seen<Channel>;

/** A take from a channel, or a put into one. */
export type ChannelOperation =
  | {
    /** The channel to take from. */
    readonly take: AnyChannel;
  }
  | {
    /** The channel to put into. */
    readonly put: AnyChannel;
    /** The value to put. */
    readonly value: unknown;
  };

/** How a select picks, and how long it waits. */
export interface SelectOptions extends Omit<WaitOptions, "cancel">, AbortOption {
  /** Ends the wait with a `CancelledError` when this token is canceled. */
  readonly cancel?: Seen<CancelToken> | undefined;
  /** Determines the pick among possible operations; the memory's chance by default. */
  readonly seed?: number | undefined;
  /** Whether to return `undefined` at once if no operation is possible; false by default. */
  readonly default?: boolean | undefined;
}

/** The operation that was performed. */
export interface Selected {
  /** Its index in the list of operations. */
  readonly index: number;
  /** The value of a take; `undefined` for a put. */
  readonly value: unknown;
}

/** What a select of such operations returns: steps, or through views a promise or the result itself. */
export type SelectOf<O extends ChannelOperation> = O extends { readonly take: infer C } | { readonly put: infer C }
  ? C extends Channel ? Steps<Selected | undefined>
  : C extends Promised<Channel> ? Promise<Selected | undefined>
  : Selected | undefined
  : never;

/**
 * Performs exactly one of the operations; returns `undefined` if none was possible in time. Through promise views it
 * returns a promise; through blocking views it blocks.
 *
 * @throws {UncloneableError} if a value cannot be cloned; thrown at once.
 * @throws {ChannelClosedError} if the picked operation is on a closed channel.
 */
export function select<O extends ChannelOperation>(
  operations: readonly O[],
  options: SelectOptions = {},
): SelectOf<O> {
  const [first] = operations;
  const seen = first && ("take" in first ? first.take : first.put);
  return throughView(seen, () => selecting(operations, options)) as SelectOf<O>;
}

function selecting(operations: readonly ChannelOperation[], options: SelectOptions): Steps<Selected | undefined> {
  const { default: orNone = false, cancel, ...others } = options;
  const rest = cancel === undefined ? others : { ...others, cancel: bodyOf<CancelToken>(cancel) };
  checkWaitOptions("select", rest);
  const [first] = operations.map(channelOf);
  if (first === undefined) throw new TypeError("Cannot select: no operation, at least one is wanted");
  const named = operations.map((operation) =>
    "take" in operation
      ? { channel: operation.take.name }
      : { channel: operation.put.name, put: encode(operation.value) }
  );
  return mapped(first.selectBytes(named, orNone ? { ...rest, timeout: 0 } : rest), (selected) => {
    if (selected === undefined) return undefined;
    const { index, bytes } = selected;
    return { index, value: bytes === undefined ? undefined : decode(bytes) };
  });
}

function channelOf(operation: ChannelOperation): Channel {
  const channel = bodyOf<Channel>("take" in operation ? operation.take : operation.put);
  if (channel instanceof Channel) return channel;
  throw new TypeError("Cannot select: an operation on no channel, { take } or { put, value } with a channel is wanted");
}
