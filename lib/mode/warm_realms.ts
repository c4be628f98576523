/**
 * Guests between jobs: starting one costs 10 to 40 ms, giving a warm one its next job far less.
 *
 * - A guest gets only jobs of the module that it has loaded. A warm guest behaves like a fresh one: if it dies of
 *   something that an earlier job left behind, or had already died unnoticed, a fresh guest gets its job.
 * - A guest that has ended, or does not return from a job, is never used again; it is asked to end, so that one that
 *   returns later does not keep the process alive.
 * - All guests of the most recently used module are kept, and a few recently used ones of other modules.
 * - After a mode has repaired what kept a module from loading, guests started before that are no longer used.
 */

import { GuestDiedError } from "../errors.ts";
import { within } from "../platform/mod.ts";
import { type BeginFailure, KeptRealm } from "./kept_realm.ts";
import type { GuestSetup, Mode, Realm } from "./realm.ts";

/** How many guests of modules other than the most recent one are kept. */
const MOST_OTHERS = 8;
/** How long to wait without any guest ending, in milliseconds: for lost guests, and for idle ones. */
const GRACE = 500;
const PATIENCE = 5000;

/** How guests are kept. */
export interface WarmOptions {
  /** Whether every guest is used only once. */
  readonly fresh: boolean;
  /** How long a guest may take to say hello, in milliseconds. */
  readonly startLimit: number;
  /** The setup of guests, without their module. */
  readonly setup: Omit<GuestSetup, "module">;
  /** Called for each guest that has begun a job. */
  readonly begun?: (realm: Realm) => void;
}

/** The keeper of a mode's guests. */
export interface Keeper {
  /** The guests. */
  readonly warm: WarmRealms;
  /** Aborted when the host closes. */
  readonly closing: AbortSignal;
}

/** The guests of a mode, kept between jobs. */
export class WarmRealms {
  /** Starts the guests. */
  readonly mode: Mode;
  readonly #options: WarmOptions;
  /** The guests that have not ended, each with the number of repairs that its module had when it was started. */
  readonly #all = new Map<KeptRealm, number>();
  /** By module: how many times its loading has been repaired, and the repair in progress. */
  readonly #repairs = new Map<string, number>();
  readonly #repairing = new Map<string, Promise<boolean>>();
  /** The idle guests by module; the most recently used module comes last. */
  readonly #idle = new Map<string, KeptRealm[]>();
  readonly #lost = new Set<KeptRealm>();
  readonly #ending = new Set<Promise<void>>();
  #ends = 0;
  #closed = false;

  /** Creates the store of a mode's guests. */
  constructor(mode: Mode, options: WarmOptions) {
    this.mode = mode;
    this.#options = options;
  }

  /**
   * Begins a job of a module with a guest; `begin` may be called again with a fresh guest. Returns what the guest's
   * code threw, if it threw.
   *
   * @throws {TypeError} if the host is closed, or the mode cannot start a guest.
   */
  async assign(
    module: string,
    begin: (guest: KeptRealm) => Promise<BeginFailure | undefined>,
  ): Promise<BeginFailure | undefined> {
    for (;;) {
      const repairs = this.#repairsOf(module);
      const failed = await this.#try(module, begin);
      if (failed === undefined || this.#closed) return failed;
      // Another guest may have failed for the same reason meanwhile.
      if (repairs === this.#repairsOf(module) && !(await this.#repair(module, failed.far.message))) return failed;
    }
  }

  #repairsOf(module: string): number {
    return this.#repairs.get(module) ?? 0;
  }

  /** Asks the mode to repair the loading of a module; false if it cannot. */
  async #repair(module: string, reason: string): Promise<boolean> {
    const repair = async (): Promise<boolean> => {
      const repaired = await this.mode.repair?.({ ...this.#options.setup, module }, reason) ?? false;
      if (repaired) this.#repairs.set(module, this.#repairsOf(module) + 1);
      return repaired;
    };
    const repairing = this.#repairing.get(module) ?? repair().finally(() => this.#repairing.delete(module));
    this.#repairing.set(module, repairing);
    return await repairing;
  }

  async #try(
    module: string,
    begin: (guest: KeptRealm) => Promise<BeginFailure | undefined>,
  ): Promise<BeginFailure | undefined> {
    const idle = this.#idle.get(module) ?? [];
    let warm = idle.pop();
    while (warm !== undefined && !this.#serves(warm, module)) warm = idle.pop();
    try {
      if (warm !== undefined) return this.#begun(warm, await begin(warm));
    } catch (error) {
      if (!(error instanceof GuestDiedError)) throw error;
    }
    if (this.#closed) throw new TypeError("Cannot start a guest: the host is closed, an open one is wanted");
    const { setup, startLimit } = this.#options;
    const guest = new KeptRealm(this.mode.start({ ...setup, module }), { startLimit });
    this.#all.set(guest, this.#repairsOf(module));
    void guest.realm.ended.then(() => {
      this.#all.delete(guest);
      this.#ends++;
    });
    return this.#begun(guest, await begin(guest));
  }

  #begun({ realm }: KeptRealm, failed: BeginFailure | undefined): BeginFailure | undefined {
    if (failed === undefined) this.#options.begun?.(realm);
    return failed;
  }

  /** Whether an idle guest can get another job; if not, it is asked to end. */
  #serves(guest: KeptRealm, module: string): boolean {
    if (!guest.ready) return false;
    if (this.#all.get(guest) === this.#repairsOf(module)) return true;
    this.#endIdle(guest);
    return false;
  }

  /** Takes a guest back after its job, and keeps it for another one if `again`. */
  takeBack(guest: KeptRealm, module: string, { again = true }: { readonly again?: boolean } = {}): void {
    if (!guest.ready) void this.#end(guest);
    else if (this.#options.fresh || this.#closed || !again) this.#endIdle(guest);
    else this.#keep(guest, module);
  }

  #keep(guest: KeptRealm, module: string): void {
    const same = this.#idle.get(module) ?? [];
    this.#idle.delete(module);
    const others = [...this.#idle].flatMap(([of, guests]) => guests.map((other) => ({ of, other })));
    for (const { of, other } of others.slice(0, -MOST_OTHERS)) {
      this.#idle.set(of, this.#idle.get(of)?.filter((one) => one !== other) ?? []);
      this.#endIdle(other);
    }
    for (const [of, guests] of this.#idle) if (guests.length === 0) this.#idle.delete(of);
    this.#idle.set(module, [...same, guest]);
  }

  /** Registers a guest that is on its way back from a job, or to its end: `close` waits for it. */
  registerEnding(over: Promise<void>): void {
    const ending = over.catch(() => {}).finally(() => this.#ending.delete(ending));
    this.#ending.add(ending);
  }

  /** Starts no more guests, not even to replace one that dies as it begins a job. */
  refuse(): void {
    this.#closed = true;
  }

  /**
   * Ends all guests, and waits briefly for busy ones that do not return: those are killed if possible, and returned
   * otherwise. Harmless if called twice.
   */
  async close(): Promise<readonly KeptRealm[]> {
    this.refuse();
    const idle = [...this.#idle.values()].flat();
    this.#idle.clear();
    for (const guest of idle) this.#endIdle(guest);
    for (const guest of this.#all.keys()) {
      if (!guest.realm.killable) continue;
      const { name, mode } = guest.realm;
      guest.fail(new GuestDiedError({ guest: name, mode, cause: "its host was closed" }));
      this.registerEnding(guest.realm.close());
    }
    // Guests that return are asked to end.
    while (this.#ending.size > 0) await Promise.all(this.#ending);
    if (this.#lost.size === 0) return [];
    const closed = Promise.all([...this.#lost].map((guest) => guest.realm.close()));
    await this.#patient(GRACE, closed);
    const stuck = () => [...this.#lost].filter(({ realm }) => realm.alive);
    const killed = stuck().filter(({ realm }) => realm.kill !== undefined);
    for (const { realm } of killed) realm.kill?.();
    await Promise.all(killed.map(({ realm }) => realm.ended));
    return stuck();
  }

  /** Asks an idle guest to end, which something left behind by a job may delay. */
  #endIdle(guest: KeptRealm): void {
    this.registerEnding(this.#patient(guest.realm.killable ? Infinity : PATIENCE, this.#end(guest)));
  }

  /** Waits for an end, as long as any guests are still ending: many that end at once share few cores. */
  async #patient(limit: number, end: Promise<unknown>): Promise<void> {
    const ended = end.then(() => true);
    for (let ends = -1; ends !== this.#ends;) {
      ends = this.#ends;
      if (await within(limit, ended)) return;
    }
  }

  /** Asks a guest to end; until it has, it counts as lost. */
  async #end(guest: KeptRealm): Promise<void> {
    this.#lost.add(guest);
    await guest.realm.close();
    this.#lost.delete(guest);
  }
}
