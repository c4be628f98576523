/**
 * What guests do in tests that log.
 *
 * @module
 */

import { getConfig, getLogger as getTapeLogger } from "npm:@logtape/logtape@2.4.2";
import { getLogger } from "../../lib/logging/mod.ts";
import type { Steps } from "../../lib/memory/mod.ts";
import type { ServiceContext } from "../../lib/host/mod.ts";
import { cells, event } from "../../lib/sync/mod.ts";

/** A call: what it says, and how long it takes its time before each record. */
export interface Speech {
  readonly name: string;
  readonly pauses: readonly number[];
}

const logger = getLogger(["app", "work"]);

/** Logs a record after each pause: 0 is none, 1 a turn for what is ready, more are milliseconds. */
export async function speak({ name, pauses }: Speech): Promise<string> {
  for (const [at, pause] of pauses.entries()) {
    if (pause === 1) await Promise.resolve();
    else if (pause > 1) await new Promise((resolve) => setTimeout(resolve, pause - 2));
    if (at % 2 === 0) logger.info("{name} {at}", { name, at });
    else getTapeLogger(["app", "own"]).debug("{name} {at}", { name, at });
  }
  return name;
}

/** Logs so many records of a level, others between two of them. */
export async function chatter(count: number): Promise<number> {
  for (let at = 0; at < count; at++) {
    logger.info("chatter");
    await Promise.resolve();
  }
  return count;
}

/** Logs a name. */
export function say(name: string): string {
  logger.info(name);
  return name;
}

/** Logs, then fails. */
export function complain(name: string): never {
  logger.error("{name} fails", { name });
  throw new RangeError(name);
}

/** Whether this realm has loggers. */
export function hasLoggers(): boolean {
  return getConfig() !== null;
}

/** Says that the guest is ready. */
export function introduce(_: unknown, { guest }: ServiceContext): void {
  logger.info("I am {guest}", { guest });
}

/** Logs when its call is over, and no other has begun. */
export function mutter(): void {
  queueMicrotask(() => logger.warning("too late"));
}

/** Ways for a guest to end. */
export type Death = "exits" | "throws beside itself" | "rejects beside itself";

/** How often calls were run, and an event. */
export function things() {
  return { runs: cells({ length: 64 }), go: event() };
}

type Context = ServiceContext<ReturnType<typeof things>>;

/** Logs so many records and one more, in which the guest ends. */
export async function sayAndDie({ count, death }: { count: number; death: Death }): Promise<void> {
  for (let at = 0; at < count; at++) logger.info("record {at}", { at });
  logger.info("{last}", {
    get last() {
      if (death === "exits") Deno.exit(3);
      if (death === "rejects beside itself") void Promise.reject(new RangeError("a rejection"));
      else {setTimeout(() => {
          throw new RangeError("a crash");
        });}
      return "last";
    },
  });
  await new Promise(() => {});
}

/** Reports who it is, and logs until somebody ends it. */
export function sayForEver(_: unknown, { report }: ServiceContext): never {
  report(Deno.pid);
  for (let at = 0;; at++) logger.info("record {at}", { at });
}

/** Exits in its first run, after a record. */
export function* dieOnce(call: number, { shared }: Context): Steps<number> {
  const run = yield* shared.runs.at(call).add(1);
  logger.info("run {run} of call {call}", { run, call });
  if (run === 0) Deno.exit(3);
  logger.info("call {call} ends", { call });
  return call;
}

/** Logs, and waits for ever. */
export function* sayAndWait(name: string, { shared, report }: Context): Steps<void> {
  logger.info("{name} waits", { name });
  report("waits");
  yield* shared.go.wait();
  logger.info("{name} goes on", { name });
}
