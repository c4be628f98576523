/**
 * The peer `multithreading`, without its side effect: its module replaces `Atomics.waitAsync` with one that keeps the
 * event loop busy as long as anyone waits, which costs a core.
 */

import { MULTITHREADING } from "../packages.ts";

/** The part of it that is measured. */
interface Multithreading {
  initRuntime(options: { readonly maxWorkers: number }): void;
  shutdown(): void;
  /** Moves arguments to a worker. */
  move<A extends unknown[]>(...args: A): { readonly moved: A };
  /** Runs the text of a function in a worker. */
  spawn<A extends unknown[], R>(args: { readonly moved: A }, run: (...args: A) => R): { join(): Promise<Joined<R>> };
  readonly Mutex: new (value: Int32Array) => Mutex;
  channel<T>(size: number): [sender: { blockingSend(item: T): void }, receiver: { blockingRecv(): unknown }];
}

type Joined<R> = { readonly ok: true; readonly value: R } | { readonly ok: false; readonly error: unknown };

interface Mutex {
  blockingLock(): { readonly value: Int32Array; dispose(): void };
}

const { waitAsync } = Atomics;
const peer: Multithreading = await import(MULTITHREADING);
Atomics.waitAsync = waitAsync;

/** Its workers load the module themselves, unchanged. */
export const { channel, initRuntime, move, Mutex, shutdown, spawn } = peer;
