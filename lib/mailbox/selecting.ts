/**
 * The steps of a select: one of several operations on buffers, decided at one instant of their state.
 *
 * - It enters all the monitors in the order of their places, so that two selects never deadlock. Inside, it performs
 *   one of the possible operations, picked by chance; if there is none, it queues in all buffers.
 * - Of several operations on one channel in the same direction, chance picks one to wait for all of them, because they
 *   become possible at the same instants.
 */

import { choose, seededChooser, type Steps } from "../memory/mod.ts";
import {
  type Binding,
  cancelled,
  cancelledWait,
  type CancelToken,
  type Decisions,
  type Failure,
  NO_LANE,
} from "../sync/mod.ts";
import { ACCEPTED, RETRY } from "./requests.ts";
import { bodyAt } from "./records.ts";
import type { ItemBuffer, ItemBufferOptions } from "./item_buffer.ts";

/** A take, or a put of encoded bytes. */
export interface SelectOperation {
  /** The channel's name. */
  readonly channel: string;
  /** The value to put; absent for a take. */
  readonly put?: Uint8Array | undefined;
}

/** The operation that was performed. */
export interface SelectedBytes {
  /** Its index in the list of operations. */
  readonly index: number;
  /** The encoded value of a take; `undefined` for a put. */
  readonly bytes: Uint8Array | undefined;
}

/** The picked operation, which is on a closed channel. */
export interface SelectedClosed {
  readonly closed: SelectOperation;
}

/** The result of visiting all buffers: the operation performed, or the one that waits in each. */
interface Visit {
  readonly done: SelectedBytes | SelectedClosed | undefined;
  readonly waiting: readonly Party[];
}

interface Party extends SelectOperation {
  readonly index: number;
  readonly buffer: ItemBuffer;
}

/** One select among operations on buffers. */
export class Selecting {
  readonly #binding: Binding;
  readonly #decisions: Decisions;
  readonly #parties: readonly Party[];
  // Without duplicates, in the order of their places.
  readonly #buffers: readonly ItemBuffer[];

  /** The operations, each with the buffer of its channel. */
  constructor(
    binding: Binding,
    { operations, buffers }: {
      readonly operations: readonly SelectOperation[];
      readonly buffers: readonly ItemBuffer[];
    },
  ) {
    const [first] = buffers;
    if (first === undefined) throw new TypeError("Cannot select: no operation, at least one is wanted");
    this.#binding = binding;
    this.#decisions = first.place.decisions(binding);
    this.#parties = operations.map((operation, index) => ({ ...operation, index, buffer: buffers[index] ?? first }));
    this.#buffers = [...new Set(buffers)].sort((one, other) => one.place.state - other.place.state);
    for (const { buffer, channel, put } of this.#parties) {
      if (put !== undefined) buffer.checkBody(put);
      const both = this.#parties.some((other) =>
        other.buffer === buffer && (other.put === undefined) !== (put === undefined)
      );
      if (both) throw new TypeError(`Cannot select: a take and a put on ${channel}, one direction for each is wanted`);
    }
  }

  /** Performs one operation; returns `undefined` if none was possible in time. */
  *run(
    options: ItemBufferOptions & { readonly seed?: number | undefined },
  ): Steps<SelectedBytes | SelectedClosed | undefined> {
    const pick = options.seed === undefined ? choose : chosenBy(options.seed);
    const { deadline, now, cancel } = options;
    for (;;) {
      const lane = now ? NO_LANE : this.#binding.tryLane();
      try {
        const visit = yield* this.#inside(this.#buffers, () => this.#visit(pick, { lane, cancel }));
        if ("error" in visit) throw visit.error;
        const { done, waiting } = visit;
        if (done !== undefined || now) return done;
        if (lane === NO_LANE) throw this.#binding.noLane();
        const grant = yield* this.#decisions.wait(waiting.map(({ buffer }) => buffer.queue), {
          lane,
          deadline,
          cancel,
        });
        const party = grant && waiting[grant.index];
        if (grant === undefined || party === undefined) return undefined;
        const { index, buffer } = party;
        if (grant.answer === ACCEPTED) return { index, bytes: undefined };
        if (grant.answer > 0) return { index, bytes: bodyAt(yield* buffer.finishTake(lane, 1), 0) };
        if (grant.answer !== RETRY) return { closed: party };
        if (cancel !== undefined && (yield* cancelled(cancel))) throw cancelledWait("a select");
      } finally {
        this.#binding.freeLane(lane);
      }
    }
  }

  /**
   * Enters all monitors and leaves them again. An error on entering one is returned, so that those already entered stay
   * intact.
   */
  *#inside(buffers: readonly ItemBuffer[], body: () => Steps<Visit>): Steps<Visit | Failure> {
    const [buffer, ...others] = buffers;
    if (buffer === undefined) return yield* body();
    let isInside = false;
    const inner = (): Steps<Visit | Failure> => {
      isInside = true;
      return this.#inside(others, body);
    };
    try {
      return yield* buffer.inside(inner);
    } catch (error) {
      if (isInside) throw error;
      return { error };
    }
  }

  /** Inside: performs one operation, or queues in every buffer. */
  *#visit(
    pick: (n: number) => Steps<number>,
    { lane, cancel }: { readonly lane: number; readonly cancel: CancelToken | undefined },
  ): Steps<Visit> {
    const done = yield* this.#doOne(pick);
    if (done !== undefined || lane === NO_LANE) return { done, waiting: [] };
    yield* this.#decisions.open(lane, cancel);
    return { done, waiting: yield* this.#queue(lane, pick) };
  }

  /** Inside: performs one of the possible operations; `undefined` if there is none. */
  *#doOne(pick: (n: number) => Steps<number>): Steps<SelectedBytes | SelectedClosed | undefined> {
    let ready = this.#parties.filter(({ buffer, put }) =>
      put === undefined ? buffer.takeable : buffer.puttable(put.length)
    );
    while (ready.length > 0) {
      const party = ready[ready.length === 1 ? 0 : yield* pick(ready.length)];
      if (party === undefined) return undefined;
      const { index, buffer, put } = party;
      if (put !== undefined && (yield* buffer.tryPut(put, {}))) return { index, bytes: undefined };
      const records = put === undefined ? yield* buffer.tryTake(1) : undefined;
      if (records !== undefined) return { index, bytes: bodyAt(records.slice(), 0) };
      if (buffer.closed) return { closed: party };
      // Not possible after all: the waiters it needed have been granted elsewhere.
      ready = ready.filter((other) => other !== party);
    }
    return undefined;
  }

  /** Inside: queues in every buffer. Returns the operation that waits in each. */
  *#queue(lane: number, pick: (n: number) => Steps<number>): Steps<readonly Party[]> {
    const waiting: Party[] = [];
    for (const buffer of this.#buffers) {
      const alike = this.#parties.filter((party) => party.buffer === buffer);
      const party = alike[alike.length === 1 ? 0 : yield* pick(alike.length)];
      if (party === undefined) continue;
      waiting.push(party);
      const { put } = party;
      const request = put === undefined
        ? buffer.noteTaker(true)
        : yield* buffer.stage(put, { fits: buffer.roomFor(put.length), selecting: true });
      yield* buffer.queue.queue(lane, request, { ticket: 0 });
    }
    return waiting;
  }
}

function chosenBy(seed: number): (n: number) => Steps<number> {
  const chooser = seededChooser(seed);
  // deno-lint-ignore require-yield
  return function* (n) {
    return chooser(n);
  };
}
