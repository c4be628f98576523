/**
 * What the workers of the primitives' bench do, with shared things and with bare atomics.
 *
 * @module
 */

import {
  type Barrier,
  barrier,
  cell,
  type Channel,
  channel,
  type Lock,
  lock,
  type Queue,
  queue,
  type Shareable,
  type SharedCell,
} from "../../mod.ts";

/** Words without anything around them. */
export interface Bare {
  readonly words: Int32Array<SharedArrayBuffer>;
}

/** Which worker, and how often. */
export interface Part {
  readonly task: number;
  readonly times: number;
}

/** The shared things of the bench. */
export interface BenchThings extends Readonly<Record<string, Shareable<unknown>>> {
  /** What two workers contend for. */
  readonly guard: Shareable<Lock>;
  /** What the lock protects. */
  readonly count: Shareable<SharedCell<"i32">>;
  /** Where two workers meet. */
  readonly gate: Shareable<Barrier>;
  /** What numbers go through. */
  readonly queue: Shareable<Queue<number>>;
  /** The same. */
  readonly channel: Shareable<Channel<number>>;
}

/** The shared things as a worker sees them. */
export interface BenchShared {
  readonly guard: Lock;
  readonly count: SharedCell<"i32">;
  readonly gate: Barrier;
  readonly queue: Queue<number>;
  readonly channel: Channel<number>;
}

/** How many numbers a batch has. */
export const BATCH = 256;

/** Describes the shared things. */
export function benchThings(): BenchThings {
  return {
    guard: lock(),
    count: cell({ order: "plain" }),
    gate: barrier(2),
    queue: queue<number>({ maxsize: 1024 }),
    channel: channel<number>({ capacity: 1024 }),
  };
}

const batch = Array.from({ length: BATCH }, (_, index) => index);

/** What can be done with them. */
export const jobs: Readonly<Record<string, (shared: BenchShared, part: Part) => void>> = {
  lock({ guard, count }, { times }) {
    for (let time = 0; time < times; time++) {
      guard.acquireSync();
      count.storeSync(count.loadSync() + 1);
      guard.releaseSync();
    }
  },
  barrier({ gate }, { times }) {
    for (let time = 0; time < times; time++) gate.waitSync();
  },
  queue({ queue }, { task, times }) {
    if (task === 0) { for (let time = 0; time < times; time++) queue.putSync(time); }
    else for (let time = 0; time < times; time++) queue.getSync();
  },
  queueBatch({ queue }, { task, times }) {
    if (task === 0) { for (let sent = 0; sent < times; sent += BATCH) queue.putAllSync(batch); }
    else for (let got = 0; got < times;) got += queue.takeUpToSync(BATCH).length;
  },
  channel({ channel }, { task, times }) {
    if (task === 0) { for (let time = 0; time < times; time++) channel.putSync(time); }
    else for (let time = 0; time < times; time++) channel.takeSync();
  },
  channelBatch({ channel }, { task, times }) {
    if (task === 0) { for (let sent = 0; sent < times; sent += BATCH) channel.putAllSync(batch); }
    else for (let got = 0; got < times;) got += channel.takeUpToSync(BATCH).length;
  },
};

/** The same with nothing but atomics. */
export const bareJobs: Readonly<Record<string, (bare: Bare, part: Part) => void>> = {
  pingPong({ words }, { task, times }) {
    for (let time = 0; time < times; time++) {
      if (task === 0) {
        Atomics.store(words, 0, time + 1);
        Atomics.notify(words, 0);
        while (Atomics.load(words, 16) <= time) Atomics.wait(words, 16, time);
      } else {
        while (Atomics.load(words, 0) <= time) Atomics.wait(words, 0, time);
        Atomics.store(words, 16, time + 1);
        Atomics.notify(words, 16);
      }
    }
  },
  pingPongSpinning({ words }, { task, times }) {
    for (let time = 0; time < times; time++) {
      if (task === 0) {
        Atomics.store(words, 0, time + 1);
        while (Atomics.load(words, 16) <= time);
      } else {
        while (Atomics.load(words, 0) <= time);
        Atomics.store(words, 16, time + 1);
      }
    }
  },
};
