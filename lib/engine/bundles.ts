/**
 * The modules that clients have sent to an agent: each is a file for as long as any guest uses it.
 *
 * - No configuration of the agent's host applies to them: a bundle contains everything that it imports.
 */

import { errorText } from "../errors.ts";
import { platform, type Scratch } from "../platform/mod.ts";

/** A module kept for a guest. */
export interface KeptBundle {
  /** The URL of its file. */
  readonly url: string;
  /** Call when the guest has ended. */
  drop(): void;
}

/** The modules that clients have sent to an agent. */
export class Bundles {
  #scratch: Scratch | undefined;
  #isClosed = false;
  /** By content: the URL of the file, and how many guests use it. */
  readonly #kept = new Map<string, { readonly url: string; guests: number }>();

  /** Makes a folder, and removes those of killed agents; if that is not permitted, the first guest gets the error. */
  constructor() {
    try {
      this.#open();
    } catch {
      // Many agents never receive a module.
    }
  }

  /**
   * Writes a module into a file, unless there is one.
   *
   * @throws {Error} if it cannot; the message is a clause.
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

  /** Removes all files. */
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
      // Someone else has removed it.
    }
  }

  #open(): Scratch {
    if (this.#scratch !== undefined) return this.#scratch;
    const scratch = platform.scratch();
    scratch.keep("deno.json", new TextEncoder().encode('{"lock":false}'));
    return this.#scratch = scratch;
  }
}
