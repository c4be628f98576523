/**
 * The scope of a worker: its globals, and the messages that it receives. Inside the worker's realm.
 *
 * - Its completions are among those of the run that started it. Its module is evaluated anew in each run.
 * - Workers of a worker are refused by name. Locks, broadcast channels and the handler of fetches are those of the run.
 */

import { EventTarget, MessageEvent, uncaught, withHandlers } from "./events.ts";
import { globalsOf, type HostParts } from "./globals.ts";
import type { Outside } from "./outside.ts";
import type { Mail, Sent, Transfer } from "./ports.ts";
import { refusals, refuse } from "./refused.ts";
import { type FarSide, type NearSide, sentMessage } from "./workers.ts";

/** Options for evaluating a worker's module. */
export interface ScopeStart {
  readonly evaluate: (globals: Readonly<Record<string, unknown>>) => unknown;
  /** Creates an object of all globals; undefined if the module uses none. */
  readonly whole: ((globals: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>) | undefined;
}

/** The target of messages. */
class Messages extends EventTarget {}
withHandlers(Messages, ["message", "messageerror", "error"]);

const settled: Promise<void> = Promise.resolve();

/** The scope of a worker, for one run after another. */
export class Scope implements FarSide {
  readonly globals: Readonly<Record<string, unknown>>;
  readonly #outside: Outside;
  readonly #mail: Mail;
  #messages = new Messages();
  #near: NearSide | undefined;
  #start: ScopeStart | undefined;

  constructor(host: HostParts, outside: Outside) {
    this.#outside = outside;
    const { globals, mail } = globalsOf(outside, { ...host, hasWorkers: false });
    this.#mail = mail;
    this.globals = Object.defineProperties(
      {
        ...globals,
        Worker: refuse("a worker of a worker"),
        importScripts: refuse("importScripts"),
        postMessage: (message: unknown, options?: Transfer) => {
          this.#near?.send(sentMessage(mail, message, options));
        },
        close: () => this.#near?.close(),
        addEventListener: (...args: Parameters<EventTarget["addEventListener"]>) => {
          this.#messages.addEventListener(...args);
        },
        removeEventListener: (...args: Parameters<EventTarget["removeEventListener"]>) => {
          this.#messages.removeEventListener(...args);
        },
        dispatchEvent: (...args: Parameters<EventTarget["dispatchEvent"]>) => this.#messages.dispatchEvent(...args),
        reportError: (error: unknown) => outside.fails(error),
      },
      {
        name: { enumerable: true, configurable: true, get: () => this.#near?.name ?? "" },
        onmessage: {
          enumerable: true,
          configurable: true,
          get: () => this.#messages.handlerOf("message"),
          set: (value: unknown) => this.#messages.handle("message", value),
        },
      },
    );
  }

  /** Sets what to evaluate in the present run. */
  prepare(start: ScopeStart): void {
    this.#start = start;
  }

  begin(near: NearSide): void {
    this.#near = near;
    this.#messages = new Messages();
    void this.#evaluate(near);
  }

  async #evaluate(near: NearSide): Promise<void> {
    await undefined;
    try {
      const { evaluate, whole } = this.#start ?? {};
      await evaluate?.(whole === undefined ? this.globals : whole(this.globals));
      near.evaluated();
    } catch (error) {
      this.#outside.fails(error);
    }
  }

  hear(sent: Sent): void {
    void settled.then(() => {
      if (this.#near?.isLive) this.#messages.dispatchEvent(new MessageEvent("message", this.#mail.arrived(sent)));
    });
  }

  /** Attributes errors in microtasks to the run. */
  blamed(): void {
    uncaught.report = (error) => this.#outside.fails(error);
    refusals.tell = (error) => this.#outside.refuses(error);
  }
}
