/**
 * The work of `multitasking`'s workers: compute, wait for a reply, read a file, and report their memory.
 *
 * - `compute` may yield: the event loop gets a turn between its slices, which do not change the result.
 * - A timer stands in for whoever replies.
 */

import { readFile } from "node:fs/promises";
import { burnCpu } from "../blocks/mod.ts";
import { type ServiceContext, turn } from "../host/mod.ts";
import { platform } from "../platform/mod.ts";
import { elapse } from "./elapse.ts";
import { type Timed, timedAsync } from "./timed.ts";

/** The URL of this module, for guests. */
export const multitaskingWork: string = import.meta.url;

/** How much to compute. */
export interface Computing {
  /** The rounds of `burnCpu`. */
  readonly rounds: number;
  /** The number of slices. */
  readonly slices: number;
  /** The starting value. */
  readonly seed: number;
}

/** Keeps the CPU busy. */
export function compute({ rounds, slices, seed }: Computing, context: ServiceContext): Promise<Timed<number>> {
  return timedAsync(context, async () => {
    let value = seed;
    for (let slice = 0; slice < slices; slice++) {
      if (slice > 0) await turn();
      const [from, to] = [slice, slice + 1].map((part) => Math.floor(rounds * part / slices)) as [number, number];
      value = burnCpu(to - from, value);
    }
    return value;
  });
}

/** Waits `seconds` for a reply, which is the number `reply`. */
export function awaitReply(
  { seconds, reply }: { readonly seconds: number; readonly reply: number },
  context: ServiceContext,
): Promise<Timed<number>> {
  return timedAsync(context, async () => {
    await elapse(seconds);
    return reply;
  });
}

/** Reads a file `times` times; returns how many bytes that were. */
export function readTimes(
  { file, times }: { readonly file: string; readonly times: number },
  context: ServiceContext,
): Promise<Timed<number>> {
  return timedAsync(context, async () => {
    let bytes = 0;
    for (let time = 0; time < times; time++) bytes += (await readFile(file)).length;
    return bytes;
  });
}

/** The resident memory of its process, in bytes; `undefined` if unknown. */
export function residentBytes(): number | undefined {
  return platform.residentBytes();
}
