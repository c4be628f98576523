/**
 * Guests between jobs: starting one costs 10 to 40 ms, handing a warm one its next job far less.
 *
 * - A guest is handed only jobs of the module that it has loaded; a warm guest behaves as a fresh one: where it dies of what
 *   an earlier job left behind, or had died unheard, a fresh one gets its job.
 * - A guest that ended, or that does not come back from a job, is never handed out again; it is asked to end, so that
 *   one that comes back later does not keep the process alive.
 * - All guests of the module that was used last are kept, and the few of other modules that were used last.
 * - Where a mode mends what kept a module from loading, guests that were started before are used no more.
 */

import { GuestDiedError } from "../errors.ts";
import { within } from "../platform/mod.ts";
import { type BeginFailure, KeptRealm } from "./kept_realm.ts";
import type { GuestSetup, Mode, Realm } from "./realm.ts";

/** How many guests of other modules than the one used last are kept. */
const MOST_OTHERS = 8;
/** How long no guest may end, while one that was lost is to, and one that had nothing to do, in milliseconds. */
const GRACE = 500;
const PATIENCE = 5000;

/** How guests are kept. */
export interface WarmOptions {
  /** Whether every guest is used once. */
  readonly fresh: boolean;
  /** How long a guest may take until it listens, in milliseconds. */
  readonly startLimit: number;
  /** What guests are started with, but for their module. */
  readonly setup: Omit<GuestSetup, "module">;
  /** Told of each guest that has begun a job. */
  readonly begun?: (realm: Realm) => void;
}

/** Who keeps the guests of a mode for their jobs. */
export interface Keeper {
  /** The guests. */
  readonly warm: WarmRealms;
  /** Aborted when the host closes. */
  readonly closing: AbortSignal;
}

export class WarmRealms {
  /** How guests are started. */
  readonly mode: Mode;
  readonly #options: WarmOptions;
  /** Those that have not ended, with how often their module had been mended when they were started. */
  readonly #all = new Map<KeptRealm, number>();
  /** How often the loading of a module has been mended, where it has, and who is at it. */
  readonly #mends = new Map<string, number>();
  readonly #mending = new Map<string, Promise<boolean>>();
  /** Those that wait, by module: the one used last comes last. */
  readonly #idle = new Map<string, KeptRealm[]>();
  readonly #lost = new Set<KeptRealm>();
  readonly #ending = new Set<Promise<void>>();
  #ends = 0;
  #closed = false;

  /** Makes the store of a mode. */
  constructor(mode: Mode, options: WarmOptions) {
    this.mode = mode;
    this.#options = options;
  }

  /**
   * Begins a job of that module with a guest: `begin` may be called again, with a fresh one. Gives what the guest's code
   * threw, where it threw.
   *
   * @throws {TypeError} if the host is closed, or the mode cannot start a guest.
   */
  async hand(
    module: string,
    begin: (guest: KeptRealm) => Promise<BeginFailure | undefined>,
  ): Promise<BeginFailure | undefined> {
    for (;;) {
      const mends = this.#mendsOf(module);
      const failed = await this.#try(module, begin);
      if (failed === undefined || this.#closed) return failed;
      // Another guest may have failed for the same reason meanwhile.
      if (mends === this.#mendsOf(module) && !(await this.#mend(module, failed.far.message))) return failed;
    }
  }

  #mendsOf(module: string): number {
    return this.#mends.get(module) ?? 0;
  }

  /** Has the mode see to it that the module can be loaded; false where it cannot. */
  async #mend(module: string, reason: string): Promise<boolean> {
    const mend = async (): Promise<boolean> => {
      const mended = await this.mode.mend?.({ ...this.#options.setup, module }, reason) ?? false;
      if (mended) this.#mends.set(module, this.#mendsOf(module) + 1);
      return mended;
    };
    const mending = this.#mending.get(module) ?? mend().finally(() => this.#mending.delete(module));
    this.#mending.set(module, mending);
    return await mending;
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
    this.#all.set(guest, this.#mendsOf(module));
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

  /** Whether a guest that waits can have another job; one that cannot is asked to end. */
  #serves(guest: KeptRealm, module: string): boolean {
    if (!guest.ready) return false;
    if (this.#all.get(guest) === this.#mendsOf(module)) return true;
    this.#endIdle(guest);
    return false;
  }

  /** Takes a guest back after its job: for another one, if it may have `again`. */
  give(guest: KeptRealm, module: string, { again = true }: { readonly again?: boolean } = {}): void {
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

  /** Says that a guest is on its way back from a job, or to its end: `close` waits until that is over. */
  expect(over: Promise<void>): void {
    const ending = over.catch(() => {}).finally(() => this.#ending.delete(ending));
    this.#ending.add(ending);
  }

  /** Starts no more guests, not even for one that dies as it takes up its job. */
  refuse(): void {
    this.#closed = true;
  }

  /**
   * Ends all, and waits a moment for those that do not come back: these are busy. They are killed where that can be done, and
   * given elsewhere. Harmless twice.
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
      this.expect(guest.realm.close());
    }
    // Who comes back is asked to end.
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

  /** Asks a guest to end that has nothing to do: something that a job left behind may keep it busy all the same. */
  #endIdle(guest: KeptRealm): void {
    this.expect(this.#patient(guest.realm.killable ? Infinity : PATIENCE, this.#end(guest)));
  }

  /** Waits for an end as long as guests end at all: many that end at once share few cores. */
  async #patient(limit: number, end: Promise<unknown>): Promise<void> {
    const ended = end.then(() => true);
    for (let ends = -1; ends !== this.#ends;) {
      ends = this.#ends;
      if (await within(limit, ended)) return;
    }
  }

  /** Asks a guest to end, which is lost until it has. */
  async #end(guest: KeptRealm): Promise<void> {
    this.#lost.add(guest);
    await guest.realm.close();
    this.#lost.delete(guest);
  }
}
