/**
 * A program in process mode: a warm or fresh subprocess for each task, whose memory this side owns.
 *
 * - All tasks begin together, when the last one is ready.
 * - A guest asks by a frame and blocks until it is answered; see `owner.ts`.
 * - The end of a subprocess is an event: what it asked is dropped, and its task is buried.
 *
 * @example
 * ```ts
 * import { Host } from "../host.ts";
 *
 * // A host runs programs: `await host.run(program, { mode: "process" })`.
 * await using host = new Host();
 * if (typeof host.run !== "function") throw new Error("a host runs programs");
 * ```
 *
 * @module
 */

import { farError, GuestError, GuestTimeoutError } from "../../errors.ts";
import { decode, encode } from "../../codec/mod.ts";
import { now } from "../clock.ts";
import { drawLane, Lanes } from "./lanes.ts";
import { Owner } from "./owner.ts";
import type { ProcessGuest } from "../process_host.ts";
import { afterTimeout, daemonsOf, type ProgramEnd, type ProgramJob, programModule } from "./run.ts";
import { TaskEnds } from "./task_ends.ts";
import type { TaskMessage } from "./task_guest.ts";
import type { TaskDone } from "../thread_messages.ts";
import type { WarmGuests } from "../warm_guests.ts";

/** A task, as it travels to a subprocess. */
export interface ProcessTask extends TaskMessage {
  /** Whether to note what the task waits for. */
  readonly observed: boolean;
  /** Whether the host's clock and chance count. */
  readonly stepped: boolean;
}

/** Runs a program in subprocesses. */
export async function runProcesses(job: ProgramJob, warm: WarmGuests<ProcessGuest>): Promise<ProgramEnd> {
  const module = programModule(job, "process");
  const { space, names, settings, program } = job;
  const guests: (ProcessGuest | undefined)[] = names.map(() => undefined);
  const ends: TaskEnds = new TaskEnds(names.length, (task, failure) => {
    owner.ended(task, failure);
  }, daemonsOf(job));
  const owner = new Owner(job, {
    now,
    live: () => ends.live,
    answer: (task, bytes) => guests[task]?.answer(bytes),
  });
  const lanes = new Lanes(names, job.observe);
  let started = now();
  const begin = async (guest: ProcessGuest, task: number) => {
    guests[task] = guest;
    guest.name = names[task] ?? "";
    guest.onCall = (payload) => owner.ask(task, payload);
    guest.onReply = (payload) => {
      const done = decode(payload) as TaskDone;
      drawLane(lanes, task, done);
      ends.endWith(task, done.bytes);
    };
    const message: ProcessTask = {
      module,
      program: program.name,
      settings,
      task,
      layout: space.layout.toTable(),
      observed: job.observe !== undefined,
      stepped: job.script !== undefined,
    };
    const letGo = afterTimeout(job, "process", () => {
      guest.fail(new GuestTimeoutError({ guest: guest.name, mode: "process", seconds: job.timeout ?? 0 }));
    });
    try {
      const failed = await guest.begin(encode(message));
      // A guest that dies before it is ready may be replaced: only what comes later ends the task.
      if (guest.failure !== undefined) throw guest.failure;
      guest.onFailure = () => {
        lanes.died(task, { started, finished: now() });
        ends.end(task, { kind: "failed", far: farError(guest.failure) });
      };
      return failed;
    } finally {
      letGo();
    }
  };
  const finish = async () => {
    owner.close();
    await Promise.all(guests.map(async (guest) => {
      if (guest === undefined) return;
      guest.onCall = undefined;
      await guest.finish();
      warm.give(guest, module);
    }));
  };
  const outcomes = await Promise.allSettled(names.map(async (name, task) => {
    const failed = await warm.hand(module, (guest) => begin(guest, task));
    if (failed !== undefined) throw new GuestError({ guest: name, mode: "process", ...failed });
  }));
  const failed = outcomes.find((outcome) => outcome.status === "rejected");
  if (failed !== undefined) {
    await finish();
    throw failed.reason;
  }
  started = now();
  const letGo = afterTimeout(job, "process", (far) => ends.endRest(() => ({ kind: "failed", far })));
  for (const guest of guests) guest?.post(new Uint8Array(0));
  try {
    const all = await ends.all;
    if (owner.left !== undefined) throw owner.left;
    return { ends: all, memory: owner.memory, ms: now() - started };
  } finally {
    letGo();
    await finish();
  }
}
