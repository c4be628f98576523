/**
 * What a mode is: one contract for running guests inline, in threads and in processes.
 *
 * - `open` starts one guest per job, or takes warm ones, and resolves when each has made its system.
 * - A link carries messages as bytes: `post` and `take` never wait, only `join` does.
 * - A link whose guest threw, died or does not answer throws a typed error from `take`; nothing hangs.
 * - `end` of a session ends the jobs and keeps the guests warm; `close` of a mode ends the guests.
 *
 * @example
 * ```ts
 * import { delegate, defineSystem, scalar } from "../../diagram/mod.ts";
 * import { jobFor } from "./job.ts";
 *
 * const one = defineSystem({ name: "one", outputs: { y: { type: scalar(), value: () => 1 } } });
 * const job = jobFor({ path: "one", system: delegate(one, { mode: "direct", period: 1 }) });
 * if (job.name !== "one" || job.reference !== undefined) throw new Error("a job that only this realm can do");
 * ```
 *
 * @module
 */

import { type DelegatedSystem, signature, type SystemReference, type Timing } from "../../diagram/mod.ts";
import type { ModeName } from "../../errors.ts";
import type { Delegation } from "../../simulator/mod.ts";
import type { ProgramReport } from "../program/report.ts";
import type { ProgramEnd, ProgramJob } from "../program/run.ts";
import type { ServiceJob, ServiceLink, ServiceListener } from "../service/service.ts";
import { Wire } from "./wire.ts";

/** What one guest is to do: own a delegated system. */
export interface Job {
  /** The guest's name in errors: the path of the delegated system. */
  readonly name: string;
  /** The system as a value; only direct mode uses it. */
  readonly system: DelegatedSystem;
  /** Where the system comes from. */
  readonly reference: SystemReference | undefined;
  /** The ports that the far side must show. */
  readonly signature: string;
  /** When requests come. */
  readonly timing: Timing;
  /** Whether every request is answered; otherwise only the newest counts. */
  readonly deterministic: boolean;
  /** Bytes set aside for one message in shared memory; a larger one streams, unless only the newest counts. */
  readonly capacity: number;
}

/** The part of a job that travels to a guest. */
export interface JobMessage {
  /** Where the system comes from, without the argument: that travels encoded. */
  readonly reference: SystemReference;
  /** The ports that the near side expects. */
  readonly signature: string;
  /** When requests come. */
  readonly timing: Timing;
}

/** Both directions to one guest. */
export interface Link {
  /** The guest's name. */
  readonly guest: string;
  /** Where the guest runs. */
  readonly mode: ModeName;
  /** Hands over a message; where only the newest counts, it replaces one that was not read. */
  post(bytes: Uint8Array): void;
  /** The newest message that has come back and was not taken, if any; throws a typed error where none can come. */
  take(): Uint8Array | undefined;
}

/** The guests of one run. */
export interface ModeSession {
  /** One per job, in order. */
  readonly links: readonly Link[];
  /** Waits until each of these links has something to take, or an error. */
  join(links: readonly Link[]): void | Promise<void>;
  /** Ends the jobs; the guests stay warm. Harmless twice. */
  end(): void | Promise<void>;
}

/** A way of running guests. */
export interface Mode {
  /** Its name. */
  readonly name: ModeName;
  /** How the tasks of a program reach their memory. */
  readonly transport: ProgramReport["transport"];
  /** Starts one guest per job. */
  open(jobs: readonly Job[]): ModeSession | Promise<ModeSession>;
  /** Runs the tasks of a program to their ends. */
  run(job: ProgramJob): ProgramEnd | Promise<ProgramEnd>;
  /** Starts a guest that serves calls of its module's functions. */
  serve(job: ServiceJob, options: { readonly listener: ServiceListener }): Promise<ServiceLink>;
  /** Ends all guests, warm ones too. Harmless twice. */
  close(): void | Promise<void>;
  /** Kills whatever would outlive this process; waits for nothing. */
  kill(): void;
}

/** What modes of guests elsewhere are told. */
export interface GuestOptions {
  /** Seconds within which a guest must answer; for ever by default. */
  readonly timeout: number | undefined;
  /** Whether every job gets a guest that has done nothing before. */
  readonly fresh: boolean;
  /** How many guests are at work in all modes and runs together, if anybody counts them. */
  readonly guests?: () => number;
}

/** Bytes for an error with its stacks, where a message must fit. */
const ERROR_ROOM = 65536;

/** Makes the job of a delegated system. */
export function jobFor({ path, system }: Delegation): Job {
  const hasAbstract = [system.inputs, system.outputs].some((ports) => {
    return Object.values(ports).some(({ kind }) => kind === "abstract");
  });
  return {
    name: path,
    system,
    reference: system.reference,
    signature: signature(system),
    timing: system.timing,
    deterministic: system.deterministic,
    capacity: new Wire(system).size + (hasAbstract ? system.capacity : 0) + (system.deterministic ? 0 : ERROR_ROOM),
  };
}

/** The part of a job that travels. */
export function jobMessage(job: Job): JobMessage {
  if (job.reference === undefined) {
    throw new TypeError(`Cannot send ${job.name} elsewhere: it is no system named by module, loadSystem is wanted`);
  }
  const { module, export: name } = job.reference;
  return { reference: { module, export: name }, signature: job.signature, timing: job.timing };
}
