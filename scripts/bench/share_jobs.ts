/**
 * The jobs of the workers in the bench of primitives, with shared things and with bare atomics.
 */

import { barrier, cell, channel, lock, queue, type Views } from "../../mod.ts";

/** Bare words. */
export interface Bare {
  readonly words: Int32Array<SharedArrayBuffer>;
}

/** The index of the worker, and the number of repetitions. */
export interface Part {
  readonly task: number;
  readonly times: number;
}

/** The shared things as a worker sees them. */
export type BenchShared = Views<ReturnType<typeof benchThings>, "blocking">;

/** The size of a batch. */
export const BATCH = 256;

/** The shared things: what two workers contend for, where they meet, and what numbers pass through. */
export function benchThings() {
  return {
    guard: lock(),
    count: cell({ order: "plain" }),
    gate: barrier(2),
    queue: queue<number>({ maxsize: 1024 }),
    channel: channel<number>({ capacity: 1024 }),
  };
}

const batch = Array.from({ length: BATCH }, (_, index) => index);

/** The jobs with shared things. */
export const jobs: Readonly<Record<string, (shared: BenchShared, part: Part) => void>> = {
  lock({ guard, count }, { times }) {
    for (let time = 0; time < times; time++) {
      guard.acquire();
      count.store(count.load() + 1);
      guard.release();
    }
  },
  barrier({ gate }, { times }) {
    for (let time = 0; time < times; time++) gate.wait();
  },
  queue({ queue }, { task, times }) {
    if (task === 0) { for (let time = 0; time < times; time++) queue.put(time); }
    else for (let time = 0; time < times; time++) queue.get();
  },
  queueBatch({ queue }, { task, times }) {
    if (task === 0) { for (let sent = 0; sent < times; sent += BATCH) queue.putAll(batch); }
    else for (let got = 0; got < times;) got += queue.takeUpTo(BATCH).length;
  },
  channel({ channel }, { task, times }) {
    if (task === 0) { for (let time = 0; time < times; time++) channel.put(time); }
    else for (let time = 0; time < times; time++) channel.take();
  },
  channelBatch({ channel }, { task, times }) {
    if (task === 0) { for (let sent = 0; sent < times; sent += BATCH) channel.putAll(batch); }
    else for (let got = 0; got < times;) got += channel.takeUpTo(BATCH).length;
  },
};

/** The same jobs with only atomics. */
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
