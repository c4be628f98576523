/**
 * What guests do with delegated systems: a job each, and a link that carries messages as bytes.
 *
 * - `post` and `take` of a link never wait, only `join` of the links does.
 * - A link whose guest threw, died or does not answer throws a typed error from `take`; nothing hangs.
 *
 * @module
 */

import { type DelegatedSystem, signature, type SystemReference, type Timing } from "../../diagram/mod.ts";
import type { Delegation } from "../../simulator/mod.ts";

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
}

/** The part of a job that travels to a guest. */
export interface JobMessage {
  /** Where the system comes from. */
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
  /** The mode that it runs in. */
  readonly mode: string;
  /** Hands over a message; where only the newest counts, it replaces one that was not read. */
  post(bytes: Uint8Array): void;
  /** The newest message that has come back and was not taken, if any; throws a typed error where none can come. */
  take(): Uint8Array | undefined;
  /** Gives it up because what was taken is no message; gives the error that says so. Absent where nobody else wrote it. */
  refuse?(cause: unknown): Error;
}

/** The links of one run in one mode. */
export interface Links {
  /** One per job, in order. */
  readonly links: readonly Link[];
  /** Waits until each of these links has something to take, or an error. */
  join(links: readonly Link[]): void | Promise<void>;
  /** Ends the jobs; the guests stay warm. Harmless twice. */
  end(): void | Promise<void>;
}

/** Makes the job of a delegated system. */
export function jobFor({ path, system }: Delegation): Job {
  const { reference, timing, deterministic } = system;
  return { name: path, system, reference, signature: signature(system), timing, deterministic };
}

/**
 * The part of a job that travels.
 *
 * @throws {TypeError} where the system is none that is named by module.
 */
export function jobMessage({ name, reference, signature, timing }: Job): JobMessage {
  if (reference !== undefined) return { reference, signature, timing };
  throw new TypeError(`Cannot send ${name} elsewhere: it is no system named by module, loadSystem is wanted`);
}
