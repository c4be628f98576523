/**
 * A guest, in every mode: it loads its module, and does one job after another.
 *
 * - It says that it listens before its module is loaded: how long that takes is the module's affair.
 * - What is said about jobs repeats the number of the job: `begun`, then `over` when the frame that ends it was read, or
 *   `failed` with a phase, where the job cannot begin or the guest's code threw outside what it was asked for.
 * - What crashes it ends it: it could no longer pass for a fresh one.
 *
 * @module
 */

import { farError, type GuestPhase } from "../errors.ts";
import { encode } from "../codec/mod.ts";
import { CONTROL, type GuestEnd } from "../mode/guest.ts";
import { turn } from "../platform/mod.ts";
import type { Exports } from "./exports.ts";
import type { BegunJob, GuestJob } from "./job.ts";

/** See the module. */
export class Guest {
  readonly #end: GuestEnd;
  #job: BegunJob | undefined;
  #number = CONTROL;

  /** Takes its end of the frames. */
  constructor(end: GuestEnd) {
    this.#end = end;
  }

  /** Says that the guest ends of what was thrown outside a job, or in nobody's hands. */
  crash(thrown: unknown): void {
    this.#job?.crash?.(thrown);
    this.#fail("run", thrown);
    this.#end.exit(1);
  }

  /** Serves jobs until it is told to end. */
  async run(load: () => Promise<Exports>): Promise<void> {
    this.#end.send("hello", CONTROL);
    const loading = load();
    // Who has no job yet hears of it with the first.
    loading.catch(() => {});
    for (;;) {
      const frame = this.#end.poll();
      if (frame === undefined) await this.#rest();
      else if (frame.kind === "job" && frame.from < frame.end) {
        this.#number = frame.number;
        await this.#work(loading, frame.value() as GuestJob);
      }
    }
  }

  async #rest(): Promise<void> {
    if (this.#end.rest !== undefined) return await this.#end.rest();
    // What the last job left behind comes up before the next one begins, also what was due while the guest was blocked.
    await turn();
    this.#end.wait?.();
    await turn();
  }

  async #work(loading: Promise<Exports>, job: GuestJob): Promise<void> {
    let exports: Exports;
    try {
      exports = await loading;
    } catch (error) {
      this.#fail("load", error);
      return this.#end.exit(1);
    }
    try {
      this.#job = await beginJob(exports, { job, end: this.#end });
    } catch (error) {
      return this.#fail("construct", error);
    }
    this.#end.send("begun", this.#number);
    try {
      const running = this.#job.run();
      if (running !== undefined) await running;
    } catch (error) {
      return this.crash(error);
    }
    this.#job = undefined;
    // A rejection that the job left behind is heard before the guest counts as idle.
    await turn();
    this.#end.send("over", this.#number);
  }

  #fail(phase: GuestPhase, thrown: unknown): void {
    this.#end.send("failed", this.#number, encode({ phase, far: farError(thrown) }));
  }
}

/** A guest loads only what its jobs need. */
async function beginJob(
  exports: Exports,
  { job, end }: { readonly job: GuestJob; readonly end: GuestEnd },
): Promise<BegunJob> {
  switch (job.use) {
    case "system":
      return (await import("./system/guest.ts")).beginSystem(exports, { message: job.system, end });
    case "task":
      return await (await import("./program/guest.ts")).beginTask(exports, { job, end });
    case "service":
      return await (await import("./service/guest.ts")).beginService(exports, { job, end });
  }
}
