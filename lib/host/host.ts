/**
 * A host: runs programs, pools and the delegated systems of simulations, keeps idle guests warm, and ends them all.
 *
 * - Use it as `await using host = new Host()`; disposing ends every guest, and is harmless twice.
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
 * @example A process guest may load its own module and nothing else, unless its host grants more
 * ```ts
 * import { Pool } from "../pool/mod.ts";
 * import { Host } from "./host.ts";
 *
 * await using host = new Host({
 *   permissions: { read: ["./fixtures"] },
 *   guests: { env: { LEVEL: "5" }, args: ["--fast"], heapLimit: 512, v8Flags: ["--expose-gc"] },
 * });
 * const module = "data:text/javascript,export const told = () => [Deno.env.get('LEVEL'), ...Deno.args]";
 * await using pool = await Pool.open({ mode: "process", module, workers: 1, host });
 * if (String(await pool.run("told", null)) !== "5,--fast") throw new Error("expected its environment and arguments");
 * ```
 */

import {
  type AnyModeName,
  checkGuestOptions,
  checkPermissions,
  type GuestOptions,
  type GuestPermissions,
  type Mode,
  modesOf,
  type Realm,
} from "../mode/mod.ts";
import { limit } from "../platform/mod.ts";
import { byAgents, type EngineOptions } from "../engine/mod.ts";
import type { Delegation, FarSession, RealClock } from "../simulator/mod.ts";
import { realClock } from "./clock.ts";
import { guestCode } from "./guest_code.ts";
import { KeptMode } from "./kept_mode.ts";
import { type GuestPlace, Places } from "./places.ts";
import { isHostProgram, type ProgramHost, type RunnableProgram } from "./program/host_program.ts";
import { hostJob } from "./program/host_program_run.ts";
import type { ProgramReport } from "./program/report.ts";
import { judge, type ProgramJob, programJob, type ProgramOptions } from "./program/run.ts";
import type { ServiceJob, ServiceLink } from "./service/link.ts";
import type { ServiceListener } from "./service/message.ts";
import { makeFarSession } from "./system/far_session.ts";
import { guestsOf } from "./system/job.ts";

/** How long a guest may take to say hello, in seconds. */
const START_LIMIT = 10;

/** Options of a host. */
export interface HostOptions {
  /** How long a guest may take to answer, in seconds; unlimited by default. */
  readonly timeout?: number;
  /** How long a new guest may take to say hello, before it loads its module, in seconds; 10 by default. */
  readonly startTimeout?: number;
  /** Whether each run gets guests that have never been used; false by default. */
  readonly fresh?: boolean;
  /**
   * What process guests may do besides loading their module; nothing by default. In Node and Bun, they may do whatever
   * the host may, and forbidding anything with `false` is rejected.
   */
  readonly permissions?: GuestPermissions;
  /** The environment, arguments, V8 flags and configuration of process guests. */
  readonly guests?: GuestOptions;
  /** Starts process guests on other hosts, through agents there; on this host by default. */
  readonly engine?: EngineOptions | undefined;
  /** The caller's own modes, besides direct, thread and process mode. */
  readonly modes?: readonly Mode[];
}

/** A host: runs programs, pools and the delegated systems of simulations, keeps idle guests warm, and ends them all. */
export class Host implements ProgramHost, AsyncDisposable {
  /** The real clock, for the simulator's option of that name. */
  readonly clock: RealClock = realClock();
  readonly #modes: ReadonlyMap<string, KeptMode>;
  /** The number of guests working outside the caller's realm, including those being started. */
  #guests = 0;
  readonly #places = new Places();
  /** Aborted when the host closes. */
  readonly #closing = new AbortController();

  /**
   * Creates a host without guests.
   *
   * @throws {RangeError} if a limit is not a positive number of seconds, or an option or permission of guests is
   * invalid.
   * @throws {TypeError} if one of the caller's modes violates its contract, or this runtime has no engine.
   */
  constructor(options: HostOptions = {}) {
    const { timeout, startTimeout = START_LIMIT, fresh = false, permissions = {}, guests = {}, modes = [], engine } =
      options;
    checkGuestOptions(guests);
    checkPermissions(permissions);
    const kept = {
      limit: limit(timeout, { act: "wait for an answer", positive: true }),
      warm: {
        fresh,
        startLimit: limit(startTimeout, { act: "wait for a guest's start", positive: true }),
        setup: { permissions, options: guests },
        begun: (realm: Realm) => this.#places.begun(realm),
      },
      guests: () => this.#guests,
    };
    this.#modes = new Map(
      [...modesOf(guestCode, { modes, launcher: engine === undefined ? undefined : byAgents(engine) })].map((
        [name, mode],
      ) => [name, new KeptMode(mode, kept)]),
    );
  }

  /** The names of its modes. */
  get modes(): readonly string[] {
    return [...this.#modes.keys()];
  }

  /** The other hosts on which its guests have begun jobs so far, and how their modules got there. */
  get places(): readonly GuestPlace[] {
    return this.#places.all();
  }

  /** Starts the far sides of one run, in all modes at once. */
  async open(delegations: readonly Delegation[]): Promise<FarSession> {
    const byMode = Map.groupBy(delegations, ({ system: { mode }, path }) => this.#modeOf(`delegate ${path}`, mode));
    this.#checkOpen("open a run");
    const guests = [...byMode].reduce((sum, [kept, own]) => sum + (kept.isElsewhere ? guestsOf(own).length : 0), 0);
    this.#guests += guests;
    const opened = await Promise.allSettled([...byMode].map(([kept, own]) => kept.open(own)));
    const sessions = opened.flatMap((open) => open.status === "fulfilled" ? [open.value] : []);
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
    await Promise.all(sessions.map((session) => session.end()));
    throw failed.reason;
  }

  /**
   * Runs a program and reports the outcome.
   *
   * @throws {RangeError} if the settings do not match the program's parameters, or there is no such mode.
   * @throws {TypeError} if the program must run elsewhere and does not say where it is exported, or the host is closed.
   * @throws {GuestError} if a guest cannot import or construct it.
   * @throws {EngineError} if the guests must run on other hosts and none can start them.
   */
  async run(program: RunnableProgram, options: ProgramOptions): Promise<ProgramReport> {
    const job = isHostProgram(program) ? hostJob(program, options) : programJob(program, options);
    const act = `run ${program.name}`;
    const kept = this.#modeOf(act, options.mode);
    this.#checkOpen(act);
    const { transport } = kept.mode;
    const before = this.places;
    const report = typeof job === "function"
      ? await job({ host: this, transport, closing: this.#closing.signal })
      : await this.#runTasks(job, kept);
    return { ...report, places: this.#places.since(before) };
  }

  /**
   * Starts a guest that serves calls of its module's functions, the basis of pools and workers.
   *
   * @throws {GuestError} if it cannot import the module, or its initializer fails.
   * @throws {GuestDiedError} if it ends before it is ready.
   * @throws {RangeError} if there is no such mode.
   */
  async serve(
    job: ServiceJob,
    { mode, listener }: { readonly mode: AnyModeName; readonly listener: ServiceListener },
  ): Promise<ServiceLink> {
    const act = `start ${job.name}`;
    this.#checkOpen(act);
    return await this.#modeOf(act, mode).serve(job, listener);
  }

  /** Whether values can be moved to the guests of a mode. */
  moves(mode: AnyModeName): boolean {
    return this.#modeOf("send values", mode).mode.moves;
  }

  /** Kills every child process at once, for a caller that is about to exit. */
  kill(): void {
    for (const { mode } of this.#modes.values()) mode.kill();
  }

  /**
   * Ends all guests.
   *
   * @throws {GuestStuckError} if a busy thread does not end; it ends only with the process.
   */
  async close(): Promise<void> {
    this.#closing.abort();
    const closed = await Promise.allSettled([...this.#modes.values()].map((kept) => kept.close()));
    const failed = closed.find((close) => close.status === "rejected");
    if (failed !== undefined) throw failed.reason;
  }

  /** Calls `close`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #runTasks(job: ProgramJob, kept: KeptMode): Promise<ProgramReport> {
    const guests = kept.isElsewhere ? job.tasks.length : 0;
    this.#guests += guests;
    try {
      const end = await kept.run(job);
      return judge(job, { mode: kept.mode.name, transport: kept.mode.transport, end });
    } finally {
      this.#guests -= guests;
    }
  }

  #modeOf(act: string, mode: AnyModeName): KeptMode {
    const kept = this.#modes.get(mode);
    const lacks = kept?.mode.lacks;
    if (lacks !== undefined) throw new TypeError(`Cannot ${act} in ${mode} mode: ${lacks}`);
    if (kept !== undefined) return kept;
    throw new RangeError(`Cannot ${act}: in ${mode} mode, one of ${this.modes.join(", ")} is wanted`);
  }

  #checkOpen(act: string): void {
    if (this.#closing.signal.aborted) {
      throw new TypeError(`Cannot ${act}: the host is closed, an open one is wanted`);
    }
  }
}
