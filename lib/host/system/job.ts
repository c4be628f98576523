/**
 * Delegated systems as jobs of guests: one job for the systems of a guest, and a link to each system, which carries
 * messages as bytes.
 *
 * - `post` and `take` of a link never wait; only `join` of the links does.
 * - If its guest threw, died or does not answer, a link throws a typed error from `take`; nothing hangs.
 */

import { signature, type SystemReference, type Timing } from "../../diagram/mod.ts";
import type { Delegation } from "../../simulator/mod.ts";

/** A delegation as a message to the guest that is to run its system. */
export interface JobMessage {
  /** The reference of the system. */
  readonly reference: SystemReference;
  /** The ports that the near side expects. */
  readonly signature: string;
  /** When requests come. */
  readonly timing: Timing;
  /** Whether only the newest pending request counts. */
  readonly newest: boolean;
}

/** Both directions to one delegated system. */
export interface Link {
  /** Its path, or the name of its guest if that has one. */
  readonly guest: string;
  /** The mode that it runs in. */
  readonly mode: string;
  /** Sends a message; if only the newest counts, it replaces one that has not been read. */
  post(bytes: Uint8Array): void;
  /**
   * Takes the oldest message that has come back, or the newest if only that counts; `undefined` if there is none.
   * Throws a typed error if none can come.
   */
  take(): Uint8Array | undefined;
  /**
   * Gives the guest up because a message it sent is invalid; returns the error that says so. Absent if messages come
   * only from this realm.
   */
  refuse?(cause: unknown): Error;
}

/** The links of one run in one mode. */
export interface Links {
  /** The links, one per delegation, in order. */
  readonly links: readonly Link[];
  /** Waits until each of these links has a message or an error to take. */
  join(links: readonly Link[]): void | Promise<void>;
  /** Ends the jobs; the guests stay warm. Harmless if called twice. */
  end(): void | Promise<void>;
}

/** The delegations of one mode grouped by the guest that runs them, in order. */
export function guestsOf(delegations: readonly Delegation[]): readonly (readonly Delegation[])[] {
  return [...Map.groupBy(delegations, (delegation) => delegation.system.guest ?? delegation).values()];
}

/**
 * A delegation as a message.
 *
 * @throws {TypeError} if the system has no module reference.
 */
export function jobMessage({ path, system }: Delegation): JobMessage {
  const { reference, timing, deterministic } = system;
  if (reference !== undefined) return { reference, signature: signature(system), timing, newest: !deterministic };
  throw new TypeError(`Cannot send ${path} elsewhere: it is not a system named by module, loadSystem is wanted`);
}
