/**
 * What the workers of `multitasking` do: compute, wait for a reply, read a file; and say how much memory they take.
 *
 * - `compute` may announce that it can be switched out: the event loop has a turn between its slices, which change no value.
 * - A timer stands for whoever replies.
 */

import { readFile } from "node:fs/promises";
import { burnCpu } from "../blocks/mod.ts";
import { type ServiceContext, turn } from "../host/mod.ts";
import { platform } from "../platform/mod.ts";
import { elapse } from "./elapse.ts";
import { type Timed, timedAsync } from "./timed.ts";

/** Where guests find it. */
export const multitaskingWork: string = import.meta.url;

/** How much to compute. */
export interface Computing {
  /** Rounds of `burnCpu`. */
  readonly rounds: number;
  /** In how many parts. */
  readonly slices: number;
  /** Where to start. */
  readonly seed: number;
}

/** Keeps the processor busy. */
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

/** Waits so many seconds for a reply, which is the number. */
export function awaitReply(
  { seconds, reply }: { readonly seconds: number; readonly reply: number },
  context: ServiceContext,
): Promise<Timed<number>> {
  return timedAsync(context, async () => {
    await elapse(seconds);
    return reply;
  });
}

/** Reads a file so many times, and gives how many bytes that were. */
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

/** The resident memory of the process that it runs in, in bytes; undefined where nobody tells. */
export function residentBytes(): number | undefined {
  return platform.residentBytes();
}
