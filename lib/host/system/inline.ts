/**
 * Direct mode: guests run in the caller, when they are posted to.
 *
 * - Messages are bytes here too, so a value that cannot cross a boundary is refused in every mode alike.
 *
 * @example
 * ```ts
 * import { defineSystem, delegate, scalar } from "../../diagram/mod.ts";
 * import { Simulator } from "../../simulator/mod.ts";
 * import { directHost } from "./inline.ts";
 *
 * const counter = defineSystem({
 *   name: "counter",
 *   state: { n: scalar(0) },
 *   outputs: { n: { type: scalar(), value: ({ state }) => state.n } },
 *   update: { period: 0.1, run: ({ state, next }) => void (next.n = state.n + 1) },
 * });
 * const delegated = delegate(counter, { mode: "direct", period: 0.1 });
 * await using simulator = new Simulator(delegated, { host: directHost({ now: () => 0 }) });
 * await simulator.initialize();
 * await simulator.advanceTo(0.35);
 * if (simulator.context.output("n") !== 3) throw new Error("released at 0.3: the reply to the request of 0.2");
 * ```
 *
 * @module
 */

import { signature, type System } from "../../diagram/mod.ts";
import { farError, GuestError } from "../../errors.ts";
import type { FarHost } from "../../simulator/mod.ts";
import { runDirect } from "../program/inline_tasks.ts";
import { serveDirect } from "../service/direct_service.ts";
import { FarSystem } from "./far_system.ts";
import { type Job, jobFor, type Link, type Mode, type ModeSession } from "./job.ts";
import { makeFarSession } from "./far_session.ts";

/** Makes the mode. */
export function directMode(options: { now: () => number }): Mode {
  return {
    name: "direct",
    transport: "model",
    run: (job) => runDirect(job, options),
    open: (jobs) => openDirect(jobs, options),
    serve: serveDirect,
    close: () => {},
    kill: () => {},
  };
}

/** A host for systems all of whose delegated parts run in the caller: nothing in it waits. */
export function directHost(options: { now: () => number }): FarHost {
  return {
    open(delegations) {
      for (const { path, system } of delegations) {
        if (system.mode === "direct") continue;
        throw new TypeError(
          `Cannot delegate ${path} to a ${system.mode} from here: it is part of a delegated system, ` +
            `direct mode is wanted inside one`,
        );
      }
      const jobs = delegations.map(jobFor);
      return makeFarSession(delegations, [openDirect(jobs, options)]);
    },
  };
}

function openDirect(jobs: readonly Job[], { now }: { now: () => number }): ModeSession {
  return { links: jobs.map((job) => new DirectLink(job, now)), join: () => {}, end: () => {} };
}

class DirectLink implements Link {
  readonly guest: string;
  readonly mode = "direct";
  readonly #far: FarSystem;
  #reply: Uint8Array | undefined;

  constructor(job: Job, now: () => number) {
    this.guest = job.name;
    this.#far = new FarSystem(this.#made(job), { timing: job.timing, now, host: directHost({ now }) });
  }

  post(bytes: Uint8Array): void {
    this.#reply = this.#far.serve(bytes);
  }

  take(): Uint8Array | undefined {
    const reply = this.#reply;
    this.#reply = undefined;
    return reply;
  }

  #made({ name, system, signature: expected }: Job): System {
    const is = signature(system.inner);
    if (is === expected) return system.inner;
    const far = farError(new TypeError(`the ports are ${is}, ${expected} is wanted`));
    throw new GuestError({ guest: name, mode: "direct", phase: "construct", far });
  }
}
