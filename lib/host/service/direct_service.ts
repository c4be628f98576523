/**
 * A service in direct mode: functions run in the caller, one call after another, on its event loop.
 *
 * - Arguments and values cross as bytes here too, so what cannot be cloned is refused everywhere alike.
 * - Steps on shared things leave the event loop free where they wait.
 * - A function that does not return, or that exits, takes its caller with it: nobody else is there.
 *
 * @example
 * ```ts
 * import { serveDirect } from "./direct_service.ts";
 *
 * const answers: unknown[] = [];
 * const settled = Promise.withResolvers<void>();
 * const link = await serveDirect({
 *   name: "a",
 *   module: "data:text/javascript,export const twice = (n) => 2 * n",
 *   initializer: undefined,
 *   shared: undefined,
 *   timeout: undefined,
 * }, {
 *   listener: { answered: (answer) => answers.push(answer), settled: settled.resolve, reported() {}, ended() {} },
 * });
 * link.call({ index: link.exports.indexOf("twice"), chunk: false, argument: 5, transfer: [] });
 * link.flush();
 * await settled.promise;
 * if (JSON.stringify(answers) !== '[{"kind":"value","value":10}]') throw new Error("10 is wanted");
 * ```
 *
 * @module
 */

import {
  type ErrorData,
  farError,
  GuestDiedError,
  GuestError,
  type GuestPhase,
  GuestTimeoutError,
  LoggingError,
} from "../../errors.ts";
import type { LogLine } from "../../logging/mod.ts";
import { crossed, decode } from "../../codec/mod.ts";
import { runAsynchronous } from "../../memory/mod.ts";
import { after, now, turn } from "../clock.ts";
import type { DirectLogging } from "./inline_log.ts";
import { blockExports, BLOCKS, type Exports } from "../system/reference.ts";
import type {
  EndSignal,
  ServiceAnswer,
  ServiceCall,
  ServiceContext,
  ServiceJob,
  ServiceLink,
  ServiceListener,
  ServiceLogging,
} from "./service.ts";
import { encodeError, type Exported, functionsIn, isSteps, namedExport } from "./guest.ts";
import { detach, isMoved } from "../transfer.ts";

/** How long the event loop goes without a turn, in milliseconds. */
const BREATH = 10;

/** Makes a service in the caller. */
export async function serveDirect(
  job: ServiceJob,
  { listener }: { readonly listener: ServiceListener },
): Promise<ServiceLink> {
  const { name: guest, timeout } = job;
  const made = makeLink(job, listener);
  if (timeout === undefined) return await made;
  const over = Promise.withResolvers<never>();
  const letGo = after(timeout * 1000, () => {
    over.reject(new GuestTimeoutError({ guest, mode: "direct", seconds: timeout }));
  });
  try {
    return await Promise.race([made, over.promise]);
  } finally {
    letGo();
  }
}

async function makeLink(job: ServiceJob, listener: ServiceListener): Promise<ServiceLink> {
  let phase: GuestPhase = "load";
  try {
    const exports: Exports = job.module === BLOCKS ? blockExports() : await import(job.module);
    phase = "construct";
    const link = new DirectServiceLink(exports, { job, listener });
    await link.start();
    return link;
  } catch (error) {
    if (error instanceof LoggingError) throw error;
    throw new GuestError({ guest: job.name, mode: "direct", phase, far: farError(error) });
  }
}

/** A call that waits for its turn. */
interface Waiting {
  readonly called: Exported;
  readonly chunk: boolean;
  readonly argument: unknown;
}

class DirectServiceLink implements ServiceLink {
  readonly guest: string;
  readonly exports: readonly string[];
  messages = 0;
  readonly #exports: Exports;
  readonly #functions: readonly Exported[];
  readonly #job: ServiceJob;
  readonly #listener: ServiceListener;
  readonly #context: ServiceContext;
  readonly #stop = new AbortController();
  #waiting: Waiting[] = [];
  #handed: Waiting[] = [];
  #working = false;
  /** Resolves when it works no longer. */
  #work: Promise<void> = Promise.resolve();
  #logging: DirectLogging | undefined;

  constructor(exports: Exports, { job, listener }: { job: ServiceJob; listener: ServiceListener }) {
    const { name: guest, shared } = job;
    this.guest = guest;
    this.#exports = exports;
    const functions = functionsIn(exports);
    this.exports = [...functions.keys()];
    this.#functions = [...functions.values()];
    this.#job = job;
    this.#listener = listener;
    this.#context = {
      guest,
      mode: "direct",
      shared: shared?.share.bind(shared.task).shared ?? {},
      now,
      report: (value) => this.#isOver ? undefined : listener.reported(crossed(value)),
    };
  }

  async start(): Promise<void> {
    const { initializer, logging } = this.#job;
    try {
      if (logging !== undefined) await this.#log(logging);
      if (initializer === undefined) return;
      await this.#during(() => this.#run(namedExport(this.#exports, initializer), crossed(initializer.argument)));
    } catch (error) {
      this.#logging?.[Symbol.dispose]();
      throw error;
    }
  }

  call({ index, chunk, argument, transfer }: ServiceCall): void {
    const called = this.#functions[index] as Exported;
    this.#waiting.push({ called, chunk, argument: crossed(argument) });
    detach(transfer);
  }

  flush(): void {
    if (this.#waiting.length === 0) return;
    this.messages++;
    for (const waiting of this.#waiting) this.#handed.push(waiting);
    this.#waiting = [];
    if (!this.#working) this.#work = this.#perform();
  }

  abandon(): Promise<void> {
    this.#logging?.[Symbol.dispose]();
    this.#stop.abort(new Error("the call was given up"));
    return this.#work;
  }

  end(signal: EndSignal): void {
    if (this.#isOver) return;
    void this.abandon();
    const cause = `it was ended by ${signal}`;
    this.#listener.ended(new GuestDiedError({ guest: this.guest, mode: "direct", cause, signal }), {
      idle: !this.#working,
    });
  }

  finish(): Promise<void> {
    void this.abandon();
    return Promise.resolve();
  }

  get #isOver(): boolean {
    return this.#stop.signal.aborted;
  }

  async #perform(): Promise<void> {
    this.#working = true;
    // A caller that has just called has a turn of its own first.
    await turn();
    let breathed = now();
    for (let at = 0; !this.#isOver; at++) {
      const waiting = this.#handed[at];
      if (waiting === undefined) {
        this.#handed = [];
        this.#working = false;
        this.#listener.settled();
        return;
      }
      const answered = this.#during(() => this.#answerTo(waiting));
      const answer = answered instanceof Promise ? await answered : answered;
      if (this.#isOver) return;
      this.#listener.answered(answer);
      if (now() - breathed < BREATH) continue;
      this.#listener.settled();
      await turn();
      breathed = now();
    }
  }

  async #log(logging: ServiceLogging): Promise<void> {
    // Loaded only here: most guests do not log.
    const { DirectLogging } = await import("./inline_log.ts");
    const send = (line: LogLine) => this.#isOver ? undefined : this.#listener.logged?.(line);
    this.#logging = await DirectLogging.open(logging, { guest: this.guest, send });
  }

  /** Does something whose records are its own. */
  #during<T>(act: () => T | Promise<T>): T | Promise<T> {
    return this.#logging === undefined ? act() : this.#logging.during(act);
  }

  #answerTo({ called, chunk, argument }: Waiting): ServiceAnswer | Promise<ServiceAnswer> {
    return chunk ? this.#answerAll(called, argument as readonly unknown[]) : this.#answer(called, argument);
  }

  async #answerAll(called: Exported, inputs: readonly unknown[]): Promise<ServiceAnswer> {
    const value: unknown[] = [];
    for (const input of inputs) {
      const answer = await this.#answer(called, input);
      value.push(answer.kind === "value" ? { value: answer.value } : { error: answer.error });
    }
    return { kind: "value", value };
  }

  #answer(called: Exported, argument: unknown): ServiceAnswer | Promise<ServiceAnswer> {
    try {
      const value = this.#run(called, argument);
      if (!isThenable(value)) return this.#valueOf(value);
      return Promise.resolve(value).then((value) => this.#valueOf(value)).catch(failureOf);
    } catch (error) {
      return failureOf(error);
    }
  }

  #valueOf(value: unknown): ServiceAnswer {
    if (!isMoved(value)) return { kind: "value", value: crossed(value) };
    const answer: ServiceAnswer = { kind: "value", value: crossed(value.value) };
    detach(value.transfer);
    return answer;
  }

  #run(called: Exported, argument: unknown): unknown {
    const value = called(argument, this.#context);
    const { shared } = this.#job;
    if (shared === undefined || typeof value !== "object" || value === null || !isSteps(value)) return value;
    return runAsynchronous(shared.share.memory, value, { signal: this.#stop.signal });
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}

function failureOf(error: unknown): ServiceAnswer {
  return { kind: "error", error: decode(encodeError(error)) as ErrorData };
}
