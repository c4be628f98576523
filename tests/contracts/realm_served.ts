/**
 * A service of the contract's functions as a test sees it, in a kept mode: calls by name, and everything received.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { KeptMode } from "../../lib/host/kept_mode.ts";
import type { ServiceLink } from "../../lib/host/service/link.ts";
import { Packer } from "../../lib/host/service/packed.ts";
import { ServiceShare } from "../../lib/host/shared/service_share.ts";
import type { GuestOptions, GuestPermissions, Mode } from "../../lib/mode/mod.ts";
import { things } from "../guests/realm_work.ts";
import { within } from "./deadline.ts";
import { WORK } from "./realm_code.ts";
import { type RealmSubject, realmTest } from "./realm_subject.ts";

const SECONDS = 60;

/** How a mode is kept; without limits and warm by default. */
export interface KeepOptions {
  readonly fresh?: boolean;
  /** In milliseconds. */
  readonly limit?: number;
  readonly startLimit?: number;
  readonly permissions?: GuestPermissions;
  readonly options?: GuestOptions;
}

/** Keeps a mode, as a host does. */
export function keep(mode: Mode, given: KeepOptions = {}): KeptMode {
  const { fresh = false, limit = Infinity, startLimit = Infinity, permissions = {}, options = {} } = given;
  return new KeptMode(mode, { limit, guests: () => 1, warm: { fresh, startLimit, setup: { permissions, options } } });
}

/** Registers a test of a kept mode. */
export type KeptTest = (criterion: string, body: (kept: KeptMode) => Promise<void>, options?: KeepOptions) => void;

/** Returns the registration of tests with a kept mode, which must close without stuck guests at the end. */
export function keptTest(subject: RealmSubject): KeptTest {
  return (criterion, body, options = {}) => {
    realmTest(subject)(criterion, async (mode) => {
      const kept = keep(mode, options);
      try {
        await body(kept);
      } finally {
        await within(SECONDS, kept.close());
      }
    });
  };
}

/** The things that the functions share with a guest. */
export function shareThings(): ServiceShare<ReturnType<typeof things>> {
  return new ServiceShare(things(), { tasks: 1 });
}

/** How to serve. */
export interface ServedOptions {
  readonly name?: string;
  readonly module?: string;
  readonly share?: ServiceShare;
  /** In milliseconds. */
  readonly limit?: number;
}

/** A service under test. */
export class Served {
  /** The results of calls, in order: a value, or an error's name and message. */
  readonly answers: ({ readonly value: unknown } | { readonly error: string })[] = [];
  /** How it ended, if it did. */
  end: { readonly error: Error; readonly idle: boolean } | undefined;
  #link: ServiceLink | undefined;
  #wake = () => {};
  readonly #packer = new Packer();

  /** Starts a service. */
  static async start(kept: KeptMode, options: ServedOptions = {}): Promise<Served> {
    const { name = "guest", module = WORK, share, limit = Infinity } = options;
    const shared = share === undefined ? undefined : { share, task: 0 };
    const served = new Served();
    served.#link = await kept.serve({
      name,
      module,
      initializer: undefined,
      shared: shared && { ...shared, call: { export: "things" } },
      limit,
    }, {
      answered: (answer) => {
        served.answers.push(
          answer.kind === "value"
            ? { value: answer.value }
            : { error: `${answer.error.name}: ${answer.error.message}` },
        );
        served.#wake();
      },
      settled: () => served.#wake(),
      reported: () => {},
      ended: (error, { idle }) => {
        assert(served.end === undefined, "an end is told once");
        served.end = { error, idle };
        served.#wake();
      },
    });
    return served;
  }

  /** Its link. */
  get link(): ServiceLink {
    assert(this.#link !== undefined);
    return this.#link;
  }

  /** Sends calls. */
  call(...calls: readonly (readonly [name: string, argument?: unknown])[]): void {
    for (const [name, argument] of calls) {
      const at = this.link.exports.indexOf(name);
      assert(at >= 0, `there is no ${name}`);
      const packed = this.#packer.pack(argument, { transfer: [], moves: false });
      this.link.call({ at, chunk: false, stream: false, packed });
    }
    this.link.flush();
  }

  /** The value of a call. */
  async ask(name: string, argument?: unknown): Promise<unknown> {
    const { length } = this.answers;
    this.call([name, argument]);
    await this.until(() => this.answers.length > length);
    assertEquals(this.answers.length, length + 1);
    const answer = this.answers[length]!;
    assert("value" in answer, JSON.stringify(answer));
    return answer.value;
  }

  /** Waits until a condition holds; it is checked whenever something is received. */
  async until(condition: () => boolean): Promise<void> {
    const look = async (): Promise<void> => {
      while (!condition()) await new Promise<void>((resolve) => void (this.#wake = resolve));
    };
    await within(SECONDS, look());
  }

  /** Waits for its end; resolves with how it ended. */
  async ended(): Promise<{ readonly error: Error; readonly idle: boolean }> {
    await this.until(() => this.end !== undefined);
    return this.end!;
  }

  /** Gives the guest back. */
  async finish(): Promise<void> {
    await within(SECONDS, this.link.finish());
  }
}
