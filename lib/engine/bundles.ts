/**
 * The modules that were sent along to an agent: each is a file for as long as a guest has it, however many have it.
 *
 * - No configuration of the agent's host counts for them: what they import is in them.
 */

import { errorText } from "../errors.ts";
import { platform, type Scratch } from "../platform/mod.ts";

/** A module that is kept for a guest. */
export interface KeptBundle {
  /** Where it is. */
  readonly url: string;
  /** Says that the guest has ended. */
  drop(): void;
}

/** The modules that were sent along to an agent. */
export class Bundles {
  #scratch: Scratch | undefined;
  #isClosed = false;
  /** By what is in them: where they are, and how many guests have them. */
  readonly #kept = new Map<string, { readonly url: string; guests: number }>();

  /** Makes room, and removes what agents left that were killed; where it may not, the first guest hears why. */
  constructor() {
    try {
      this.#open();
    } catch {
      // Not every agent is sent one.
    }
  }

  /**
   * Keeps one.
   *
   * @throws {Error} with a clause for a message, where it cannot.
   */
  async keep(bundle: Uint8Array): Promise<KeptBundle> {
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new Uint8Array(bundle))).toHex();
    if (this.#isClosed) throw new Error("its agent has ended");
    const name = `${digest}.js`;
    const kept = this.#kept.get(name) ?? { url: this.#write(name, bundle), guests: 0 };
    kept.guests++;
    this.#kept.set(name, kept);
    return { url: kept.url, drop: () => this.#drop(name) };
  }

  /** Removes all of them. */
  close(): void {
    this.#isClosed = true;
    this.#scratch?.remove();
    this.#scratch = undefined;
  }

  #write(name: string, bundle: Uint8Array): string {
    try {
      return this.#open().keep(name, bundle);
    } catch (error) {
      throw new Error(`its module was not kept (${errorText(error)})`, { cause: error });
    }
  }

  #drop(name: string): void {
    const kept = this.#kept.get(name);
    if (kept === undefined || --kept.guests > 0) return;
    this.#kept.delete(name);
    try {
      this.#scratch?.drop(name);
    } catch {
      // Somebody else has removed it.
    }
  }

  #open(): Scratch {
    if (this.#scratch !== undefined) return this.#scratch;
    const scratch = platform.scratch();
    scratch.keep("deno.json", new TextEncoder().encode('{"lock":false}'));
    return this.#scratch = scratch;
  }
}
