/**
 * A host: runs programs and the delegated systems of simulations, keeps idle guests warm, and ends them all.
 *
 * - `await using host = new Host()`; disposing ends every guest, and is harmless twice.
 * - One host may serve many runs, one after another or at once.
 *
 * @example
 * ```ts
 * import { delegate } from "../diagram/mod.ts";
 * import { Simulator } from "../simulator/mod.ts";
 * import { Host } from "./host.ts";
 * import { loadSystem } from "./system/reference.ts";
 *
 * const hold = await loadSystem({ module: "holdfast:blocks", export: "integrator", argument: { period: 0.1 } });
 * await using host = new Host();
 * const results: unknown[] = [];
 * for (const mode of ["direct", "thread"] as const) {
 *   await using simulator = new Simulator(delegate(hold, { mode, period: 0.1 }), { host });
 *   simulator.fix("u", 1);
 *   await simulator.initialize();
 *   await simulator.advanceTo(1);
 *   results.push(simulator.context.output("y"));
 * }
 * if (results[0] !== results[1]) throw new Error("equal in both modes, bit for bit");
 * ```
 *
 * @module
 */

import type { ModeName } from "../errors.ts";
import type { Delegation, FarHost, FarSession, RealClock } from "../simulator/mod.ts";
import { LONGEST_TIMER, now, realClock } from "./clock.ts";
import { directMode } from "./system/inline.ts";
import { makeFarSession } from "./system/far_session.ts";
import { jobFor, type Mode, type ModeSession } from "./system/job.ts";
import { isHostProgram, type RunnableProgram } from "./program/host_program.ts";
import { hostJob } from "./program/host_program_run.ts";
import type { ProgramReport } from "./program/report.ts";
import { judge, type ProgramJob, programJob, type ProgramOptions } from "./program/run.ts";
import type { GuestPermissions } from "./process_host.ts";
import { processMode } from "./process_mode.ts";
import type { ServiceJob, ServiceLink, ServiceListener } from "./service/service.ts";
import { threadMode } from "./thread_mode.ts";

/** How a host runs its guests. */
export interface HostOptions {
  /** Seconds within which a guest must answer; for ever by default. */
  readonly timeout?: number;
  /** Whether each run gets guests that have done nothing before. */
  readonly fresh?: boolean;
  /** What process guests may do besides loading their module: nothing by default. */
  readonly permissions?: GuestPermissions;
}

/** See the module. */
export class Host implements FarHost, AsyncDisposable {
  /** The real clock, for the simulator's option of that name. */
  readonly clock: RealClock = realClock();
  readonly #modes: Readonly<Record<ModeName, Mode>>;
  /** Guests at work elsewhere than in the caller, those that are being started included. */
  #guests = 0;
  /** Aborted when it is closed. */
  readonly #closing = new AbortController();

  /** Makes a host without guests. */
  constructor(options: HostOptions = {}) {
    const { timeout, fresh = false, permissions = {} } = options;
    if (timeout !== undefined && !(timeout > 0 && timeout * 1000 <= LONGEST_TIMER)) {
      throw new RangeError(
        `Cannot wait ${timeout} s for an answer: a number of seconds above 0, at most ${
          LONGEST_TIMER / 1000
        }, is wanted`,
      );
    }
    this.#modes = {
      direct: directMode({ now }),
      thread: threadMode({ timeout, fresh, guests: () => this.#guests }),
      process: processMode({ timeout, fresh, permissions }),
    };
  }

  /** Starts the far sides of one run: all modes at once. */
  async open(delegations: readonly Delegation[]): Promise<FarSession> {
    const jobs = delegations.map(jobFor);
    const names = new Set(jobs.map(({ system }) => system.mode));
    const guests = jobs.filter(({ system }) => system.mode !== "direct").length;
    this.#guests += guests;
    const opened = await Promise.allSettled([...names].map(async (name) => {
      return await this.#modes[name].open(jobs.filter(({ system }) => system.mode === name));
    }));
    const sessions = opened.filter((open) => open.status === "fulfilled").map(({ value }) => value);
    const failed = opened.find((open) => open.status === "rejected");
    if (failed === undefined) {
      const session = makeFarSession(delegations, sessions);
      let counted = guests;
      return {
        ...session,
        close: async () => {
          this.#guests -= counted;
          counted = 0;
          await session.close();
        },
      };
    }
    this.#guests -= guests;
    await Promise.all(sessions.map((session: ModeSession) => session.end()));
    throw failed.reason;
  }

  /**
   * Runs a program and says what came out.
   *
   * @throws {RangeError} where the settings are none that the program has.
   * @throws {TypeError} where the program is to run elsewhere and does not say where it is exported, or the host is closed.
   * @throws {GuestError} where a guest cannot import or make it.
   */
  async run(program: RunnableProgram, options: ProgramOptions): Promise<ProgramReport> {
    const job = isHostProgram(program) ? hostJob(program, options) : programJob(program, options);
    this.#checkMode(`run ${program.name}`, options.mode);
    const closing = this.#closing.signal;
    if (closing.aborted) throw new TypeError(`Cannot run ${program.name}: the host is closed, an open one is wanted`);
    const mode = this.#modes[options.mode];
    if ("main" in job) return await job.main({ host: this, transport: mode.transport, closing });
    return await this.#runTasks(job, mode);
  }

  #checkMode(act: string, mode: ModeName): void {
    if (Object.hasOwn(this.#modes, mode)) return;
    throw new RangeError(`Cannot ${act}: in ${mode} mode, one of ${Object.keys(this.#modes).join(", ")} is wanted`);
  }

  async #runTasks(job: ProgramJob, mode: Mode): Promise<ProgramReport> {
    const guests = mode.name === "direct" ? 0 : job.tasks.length;
    this.#guests += guests;
    try {
      const end = await mode.run(job);
      return judge(job, { mode: mode.name, transport: mode.transport, end });
    } finally {
      this.#guests -= guests;
    }
  }

  /**
   * Starts a guest that serves calls of its module's functions: what pools and workers are made of.
   *
   * @throws {GuestError} where it cannot import the module, or its initializer fails.
   * @throws {GuestDiedError} where it ends before it is ready.
   * @throws {RangeError} where there is no such mode.
   */
  async serve(
    job: ServiceJob,
    { mode, listener }: { readonly mode: ModeName; readonly listener: ServiceListener },
  ): Promise<ServiceLink> {
    if (this.#closing.signal.aborted) {
      throw new TypeError(`Cannot start ${job.name}: the host is closed, an open one is wanted`);
    }
    this.#checkMode(`start ${job.name}`, mode);
    return await this.#modes[mode].serve(job, { listener });
  }

  /** Kills every subprocess at once, for a caller that is about to exit. */
  kill(): void {
    for (const mode of Object.values(this.#modes)) mode.kill();
  }

  /** Ends all guests. */
  async close(): Promise<void> {
    this.#closing.abort();
    const closed = await Promise.allSettled(Object.values(this.#modes).map((mode) => mode.close()));
    const failed = closed.find((close) => close.status === "rejected");
    if (failed !== undefined) throw failed.reason;
  }

  /** The same as `close`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
