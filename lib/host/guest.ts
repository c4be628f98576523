/**
 * A guest, in every mode: it loads its module, and does one job after another.
 *
 * - It says that it listens before its module is loaded: how long that takes is the module's affair.
 * - What is said about jobs repeats the number of the job: `begun`, then `over` when the frame that ends it was read, or
 *   `failed` with a phase, where the job cannot begin or the guest's code threw outside what it was asked for.
 * - What crashes it ends it: it could no longer pass for a fresh one.
 */

import { farError, type GuestPhase } from "../errors.ts";
import { encode } from "../codec/mod.ts";
import { CONTROL, type GuestEnd } from "../mode/guest.ts";
import { turn } from "../platform/mod.ts";
import type { Exports } from "./exports.ts";
import type { BeginFault, BegunJob, GuestJob } from "./job.ts";

export class Guest {
  readonly #end: GuestEnd;
  #job: BegunJob | undefined;
  #number = CONTROL;
  #exports: Exports | undefined;

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

  /** Serves jobs until it is told to end; without `load` the module is that of the built-in systems. */
  async run(load: (() => Promise<Exports>) | undefined): Promise<void> {
    this.#end.send("hello", CONTROL);
    for (;;) {
      const frame = this.#end.poll();
      if (frame === undefined) await this.#rest();
      else if (frame.kind === "job" && frame.from < frame.end) {
        this.#number = frame.number;
        await this.#work(load, frame.value() as GuestJob);
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

  async #work(load: (() => Promise<Exports>) | undefined, job: GuestJob): Promise<void> {
    // Before the module: what that leaves to the event loop is then run when the job has begun.
    const part = await partFor(job);
    try {
      this.#exports ??= await (load?.() ?? part.blockExports?.() ?? {});
    } catch (error) {
      this.#fail("load", error);
      return this.#end.exit(1);
    }
    try {
      const begun = await part.begin(this.#exports, this.#end);
      if ("thrown" in begun) return this.#fail("construct", begun.thrown, begun.which);
      this.#job = begun;
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

  #fail(phase: GuestPhase, thrown: unknown, which?: number): void {
    this.#end.send("failed", this.#number, encode({ phase, far: farError(thrown), which }));
  }
}

/** What a guest has loaded for a job. */
interface Part {
  readonly blockExports?: () => Exports;
  readonly begin: (exports: Exports, end: GuestEnd) => BegunJob | BeginFault | Promise<BegunJob>;
}

/** Loads what a job needs: a guest has no other parts. */
async function partFor(job: GuestJob): Promise<Part> {
  switch (job.use) {
    case "system": {
      const { code, systems } = job;
      const { beginSystems, blockExports }: typeof import("./system/guest.ts") = code === undefined
        ? await import("./system/guest.ts")
        : await import(code);
      return { blockExports, begin: (exports, end) => beginSystems(exports, { systems, end }) };
    }
    case "task": {
      const { beginTask } = await import("./program/guest.ts");
      return { begin: (exports, end) => beginTask(exports, { job, end }) };
    }
    case "service": {
      const { beginService } = await import("./service/guest.ts");
      return { begin: (exports, end) => beginService(exports, { job, end }) };
    }
  }
}
