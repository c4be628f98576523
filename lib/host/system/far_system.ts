/**
 * The far side of a delegated system: an inner simulator that answers requests.
 *
 * - A request for t_k advances to t_k with the input held at u_k, runs the events due there, and answers with the
 *   outputs. The request with index -1 initializes, and answers with the first outputs.
 * - Anything that the system throws becomes an answer, and every later request gets the same answer, except after a
 *   refused snapshot.
 * - The same code serves all modes: bytes in, bytes out. It waits only for handlers that may return promises.
 */

import { type System, type Timing, UNCONNECTED } from "../../diagram/mod.ts";
import { farError, type GuestPhase, isRefusedSnapshot } from "../../errors.ts";
import type {
  AdvanceStatus,
  ExactTiming,
  FarHost,
  Rational,
  Reply,
  Request,
  SimulatorSnapshot,
} from "../../simulator/mod.ts";
import { eventTime, exactTiming, INITIALIZATION, Simulator } from "../../simulator/mod.ts";
import { Wire } from "./wire.ts";

/** The far side of a delegated system. */
export class FarSystem {
  readonly #system: System;
  readonly #inputs: readonly string[];
  readonly #outputs: readonly string[];
  readonly #simulator: Simulator;
  readonly #wire: Wire;
  readonly #timing: ExactTiming;
  readonly #now: () => number;
  /** The requests processed since the newest one that the near side has seen. */
  #processed: number[] = [];
  #phase: GuestPhase = "initialize";
  #failure: Uint8Array | undefined;

  /**
   * Creates the far side of a system. `timing` is that of its requests, `now` the real clock, and `host` runs what the
   * system itself delegates, without waiting. With `awaits`, handlers that may return promises are awaited instead of
   * rejected. The guest reports what the constructor throws.
   */
  constructor(
    system: System,
    { timing, now, host, awaits = false }: {
      readonly timing: Timing;
      readonly now: () => number;
      readonly host: FarHost;
      readonly awaits?: boolean;
    },
  ) {
    this.#system = system;
    this.#inputs = Object.keys(system.inputs);
    this.#outputs = Object.keys(system.outputs);
    this.#now = now;
    this.#wire = new Wire(system);
    this.#timing = exactTiming(timing);
    this.#simulator = new Simulator(system, {
      record: [],
      clock: { now: this.#now, sleepUntil: () => Promise.resolve(), breathe: () => undefined },
      host,
      awaits,
    });
  }

  /** Whether a handler may have to be awaited. */
  get isAsync(): boolean {
    return this.#simulator.isAsync;
  }

  /** Answers a message with a message: at once, unless handlers are awaited. Only one message is answered at a time. */
  serve(bytes: Uint8Array): Uint8Array | Promise<Uint8Array> {
    if (this.#failure !== undefined) return this.#failure;
    try {
      const message = this.#wire.decode(bytes);
      switch (message.kind) {
        case "request":
          return this.#simulator.isAsync
            ? this.#stepped(message.request).catch((error) => this.refuse(error))
            : this.#wire.encodeReply(this.#step(message.request));
        case "inspect":
          return this.#inspected(message.path);
        case "snapshot":
          this.#phase = "snapshot";
          return this.#wire.encodeAnswer(this.#simulator.snapshotSync());
        case "restore":
          this.#phase = "restore";
          this.#simulator.restoreSync(message.saved as SimulatorSnapshot);
          return this.#wire.encodeAnswer(undefined);
        case "reply":
        case "error":
        case "answer":
          throw new TypeError(`Cannot serve a message of kind ${message.kind}: a request or a call is wanted`);
      }
    } catch (error) {
      // A refused snapshot changes nothing.
      if (isRefusedSnapshot(error)) return this.#wire.encodeError(this.#phase, farError(error));
      return this.refuse(error);
    }
  }

  /** Answers this and all later messages with an error. */
  refuse(error: unknown): Uint8Array {
    return this.#failure = this.#wire.encodeError(this.#phase, farError(error)).slice();
  }

  /** The contents of a part; if they cannot be determined, nothing has changed. */
  #inspected(path: string): Uint8Array {
    try {
      return this.#wire.encodeAnswer(this.#simulator.inspectSync(path));
    } catch (error) {
      return this.#wire.encodeError("output", farError(error));
    }
  }

  #step(request: Request): Reply {
    const started = this.#now();
    this.#take(request);
    const end = request.k === INITIALIZATION
      ? this.#simulator.initializeSync({ at: request.t })
      : this.#simulator.advanceThroughSync(this.#eventOf(request));
    return this.#replied(request, { end, started });
  }

  /** The same, for handlers that may return promises. */
  async #stepped(request: Request): Promise<Uint8Array> {
    const started = this.#now();
    this.#take(request);
    const end = request.k === INITIALIZATION
      ? await this.#simulator.initialize({ at: request.t })
      : await this.#simulator.advanceThrough(this.#eventOf(request));
    return this.#wire.encodeReply(this.#replied(request, { end, started }));
  }

  #eventOf({ k, t, named }: Request): { time: Rational; t: number; named: Timing } {
    return { time: eventTime(this.#timing, BigInt(k)), t, named };
  }

  /** Applies the inputs and parameters of a request. */
  #take({ k, inputs, set = [] }: Request): void {
    this.#phase = k === INITIALIZATION ? "initialize" : "update";
    this.#inputs.forEach((input, index) => {
      if (inputs[index] !== UNCONNECTED) this.#simulator.fix(input, inputs[index]);
    });
    for (const { path, name, value } of set) this.#simulator.setParameter(path, name, value);
  }

  /** The reply to a processed request. */
  #replied({ k, seen }: Request, { end, started }: { readonly end: AdvanceStatus; readonly started: number }): Reply {
    const { reason, by, message } = end;
    const whose = this.#system.kind === "diagram" ? by : "";
    const ended = reason === "reached-termination" ? { ended: { by: whose, message } } : {};
    this.#phase = "output";
    const outputs = this.#outputs.map((port) => this.#simulator.context.output(port));
    this.#processed = k === INITIALIZATION ? [] : this.#processed.filter((request) => request > seen);
    this.#processed.push(k);
    return { k, processed: this.#processed, outputs, started, finished: this.#now(), ...ended };
  }
}
