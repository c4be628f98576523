/**
 * A service as a test sees it: calls by name, and everything that its listener receives.
 *
 * @module
 */

import { assert } from "@std/assert";
import { type ErrorData, revivedError } from "../../lib/errors.ts";
import type { ModeName } from "../../lib/host/mod.ts";
import {
  type Host,
  type NamedCall,
  type Packed,
  Packer,
  type ServiceLink,
  type ServiceShare,
  type Transferable,
} from "../../lib/host/mod.ts";
import { within } from "./deadline.ts";

const SECONDS = 20;

/** What the listener received: a value, an error (its name and message), a report, or the end. */
export type Told =
  | { readonly value: unknown }
  | { readonly error: string }
  | { readonly report: unknown }
  | { readonly ended: string; readonly idle: boolean };

/** How to serve. */
export interface ServingOptions {
  /** The mode. */
  readonly mode: ModeName;
  /** The guest's name. */
  readonly name?: string;
  /** The module; that of the test functions by default. */
  readonly module?: string;
  /** The initializer. */
  readonly initializer?: NamedCall;
  /** The shared things. */
  readonly shared?: { readonly share: ServiceShare; readonly task: number };
  /** How long it may take to be ready, in seconds. */
  readonly timeout?: number;
}

/** The module of the test functions. */
export const WORK = import.meta.resolve("../guests/service_work.ts");

/** A service under test. */
export class Serving {
  /** Everything received, in order. */
  readonly told: Told[] = [];
  /** The error that ended it. */
  error: Error | undefined;
  /** The errors of answers, revived. */
  readonly errors: Error[] = [];
  /** How many answers had been received when `settled` was last called. */
  settled = 0;
  #answers = 0;
  #link: ServiceLink | undefined;
  #wake = () => {};
  #packer: (value: unknown, transfer: readonly Transferable[]) => Packed = () => {
    throw new TypeError("Cannot call: it was not started");
  };

  /** Starts a service. */
  static async start(host: Host, options: ServingOptions): Promise<Serving> {
    const { mode, name = "guest", module = WORK, initializer, timeout } = options;
    const shared = options.shared === undefined ? undefined : { ...options.shared, call: { export: "things" } };
    const serving = new Serving();
    const limit = timeout === undefined ? Infinity : 1000 * timeout;
    const serve = host.serve({ name, module, initializer, shared, limit }, { mode, listener: serving.#listener() });
    serving.#packer = (value, transfer) => new Packer().pack(value, { transfer, moves: host.moves(mode) });
    serving.#link = await within(SECONDS, serve);
    return serving;
  }

  /** The link. */
  get link(): ServiceLink {
    assert(this.#link !== undefined);
    return this.#link;
  }

  /** Adds a call. */
  call(name: string, argument?: unknown, options: { chunk?: boolean; transfer?: readonly Transferable[] } = {}): void {
    const { chunk = false, transfer = [] } = options;
    const packed = this.#packer(argument, transfer);
    this.link.call({ at: this.link.exports.indexOf(name), chunk, stream: false, packed });
  }

  /** Sends one call; resolves with what was received until its answer. */
  async ask(name: string, argument?: unknown): Promise<readonly Told[]> {
    const [from, answers] = [this.told.length, this.#answers];
    this.call(name, argument);
    this.link.flush();
    await this.until(() => this.#answers > answers);
    return this.told.slice(from);
  }

  /** Waits until that many answers have been received, and nothing more is there. */
  async answers(count: number): Promise<void> {
    await this.until(() => this.settled === count);
  }

  /** Waits until it has ended. */
  async ended(): Promise<void> {
    await this.until(() => this.error !== undefined);
  }

  /** Gives the guest back. */
  async finish(): Promise<void> {
    await within(SECONDS, this.link.finish());
  }

  /** Waits until a condition holds; it is checked whenever something is received. */
  async until(condition: () => boolean): Promise<void> {
    const look = async (): Promise<void> => {
      while (!condition()) await new Promise<void>((resolve) => void (this.#wake = resolve));
    };
    await within(SECONDS, look());
  }

  #listener(): Parameters<Host["serve"]>[1]["listener"] {
    const tell = (told: Told): void => {
      assert(this.error === undefined, `${JSON.stringify(told)} is told after the end`);
      this.told.push(told);
      this.#wake();
    };
    return {
      answered: (answer) => {
        this.#answers++;
        tell(answer.kind === "value" ? { value: answer.value } : { error: this.#failed(answer.error) });
      },
      settled: () => {
        this.settled = this.#answers;
        this.#wake();
      },
      reported: (report) => tell({ report }),
      ended: (error, { idle }) => {
        tell({ ended: error.name, idle });
        this.error = error;
      },
    };
  }

  #failed(data: ErrorData): string {
    const error = revivedError(data);
    this.errors.push(error);
    return `${error.name}: ${error.message}`;
  }
}
