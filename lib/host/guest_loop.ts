/**
 * A guest, in every mode: it loads its module, and performs one job after another.
 *
 * - It says hello before it loads its module, so the time that takes does not count as its start.
 * - Messages about a job repeat the job's number: `begun`, then `over` once the frame that ends it has been read.
 *   `failed`, with a phase, means that the job cannot begin, or that the guest's code threw outside a requested
 *   function.
 * - An error outside a job ends the guest, because it could no longer pass for a fresh one.
 */

import { farError, type GuestPhase } from "../errors.ts";
import { encode } from "../codec/mod.ts";
import { CONTROL, type GuestEnd } from "../mode/guest.ts";
import { turn } from "../platform/mod.ts";
import type { Exports } from "./exports.ts";
import type { BeginFault, BegunJob, GuestJob } from "./job.ts";

/** A guest, in every mode. */
export class GuestLoop {
  readonly #end: GuestEnd;
  #job: BegunJob | undefined;
  #number = CONTROL;
  #exports: Exports | undefined;

  /** Takes the guest's end of the connection. */
  constructor(end: GuestEnd) {
    this.#end = end;
  }

  /** Reports an uncaught error, which ends the guest. */
  crash(thrown: unknown): void {
    this.#job?.crash?.(thrown);
    this.#fail("run", thrown);
    this.#end.exit(1);
  }

  /** Serves jobs until told to end; without `load`, the module is that of the built-in systems. */
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
    // Lets everything that the last job left behind come up before the next one begins, including what became due while
    // the guest was blocked.
    await turn();
    this.#end.wait?.();
    await turn();
  }

  async #work(load: (() => Promise<Exports>) | undefined, job: GuestJob): Promise<void> {
    // Before the module, so that whatever the module leaves to the event loop runs after the job has begun.
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
    // An unhandled rejection that the job left behind comes up before the guest counts as idle.
    await turn();
    this.#end.send("over", this.#number);
  }

  #fail(phase: GuestPhase, thrown: unknown, which?: number): void {
    this.#end.send("failed", this.#number, encode({ phase, far: farError(thrown), which }));
  }
}

/** The code that a guest has loaded for a job. */
interface Part {
  readonly blockExports?: () => Exports;
  readonly begin: (exports: Exports, end: GuestEnd) => BegunJob | BeginFault | Promise<BegunJob>;
}

/** Loads the code that a job needs, and nothing else. */
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
