/**
 * What guests do with delegated systems: a job for those of one guest, and a link to each, which carries messages as bytes.
 *
 * - `post` and `take` of a link never wait, only `join` of the links does.
 * - A link whose guest threw, died or does not answer throws a typed error from `take`; nothing hangs.
 */

import { signature, type SystemReference, type Timing } from "../../diagram/mod.ts";
import type { Delegation } from "../../simulator/mod.ts";

/** What travels of a delegation to the guest that is to own its system. */
export interface JobMessage {
  /** Where the system comes from. */
  readonly reference: SystemReference;
  /** The ports that the near side expects. */
  readonly signature: string;
  /** When requests come. */
  readonly timing: Timing;
  /** Whether only the newest of the requests that are there counts. */
  readonly newest: boolean;
}

/** Both directions to one delegated system. */
export interface Link {
  /** Its path, which is the guest's name where it has one of its own. */
  readonly guest: string;
  /** The mode that it runs in. */
  readonly mode: string;
  /** Hands over a message; where only the newest counts, it replaces one that was not read. */
  post(bytes: Uint8Array): void;
  /**
   * The oldest message that has come back and was not taken, if any, or the newest where only that counts; throws a typed error
   * where none can come.
   */
  take(): Uint8Array | undefined;
  /** Gives it up because what was taken is no message; gives the error that says so. Absent where nobody else wrote it. */
  refuse?(cause: unknown): Error;
}

/** The links of one run in one mode. */
export interface Links {
  /** One per delegation, in order. */
  readonly links: readonly Link[];
  /** Waits until each of these links has something to take, or an error. */
  join(links: readonly Link[]): void | Promise<void>;
  /** Ends the jobs; the guests stay warm. Harmless twice. */
  end(): void | Promise<void>;
}

/** The delegations of one mode by the guest that runs them, in order. */
export function guestsOf(delegations: readonly Delegation[]): readonly (readonly Delegation[])[] {
  return [...Map.groupBy(delegations, (delegation) => delegation.system.guest ?? delegation).values()];
}

/**
 * What travels of a delegation.
 *
 * @throws {TypeError} if the system is none that is named by module.
 */
export function jobMessage({ path, system }: Delegation): JobMessage {
  const { reference, timing, deterministic } = system;
  if (reference !== undefined) return { reference, signature: signature(system), timing, newest: !deterministic };
  throw new TypeError(`Cannot send ${path} elsewhere: it is no system named by module, loadSystem is wanted`);
}
