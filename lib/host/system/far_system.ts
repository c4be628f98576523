/**
 * The far side of a delegated system: an inner simulator that answers requests.
 *
 * - A request for t_k advances to t_k with the input held at u_k, runs the events due there, and answers with the
 *   outputs. The request of index -1 initializes and answers with the first outputs.
 * - Whatever the system throws becomes an answer; after it (but for a snapshot that is refused), every request gets that answer.
 * - The same code serves all modes: bytes in, bytes out, nothing waits.
 */

import { type System, type Timing, UNCONNECTED } from "../../diagram/mod.ts";
import { farError, type GuestPhase, RunningProcessError } from "../../errors.ts";
import type { ExactTiming, FarHost, Reply, Request, SimulatorSnapshot } from "../../simulator/mod.ts";
import { eventTime, exactTiming, INITIALIZATION, Simulator } from "../../simulator/mod.ts";
import { Wire } from "./wire.ts";

export class FarSystem {
  readonly #system: System;
  readonly #inputs: readonly string[];
  readonly #outputs: readonly string[];
  readonly #simulator: Simulator;
  readonly #wire: Wire;
  readonly #timing: ExactTiming;
  readonly #now: () => number;
  /** The requests worked on since the newest that the near side has seen. */
  #processed: number[] = [];
  #phase: GuestPhase = "initialize";
  #failure: Uint8Array | undefined;

  /**
   * Makes the far side of a system, with the timing of its requests, the real clock, and who runs what the system itself
   * delegates, which must not wait. What the constructor throws is the guest's to report.
   */
  constructor(
    system: System,
    { timing, now, host }: { readonly timing: Timing; readonly now: () => number; readonly host: FarHost },
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
    });
  }

  /** Answers a message with a message. */
  serve(bytes: Uint8Array): Uint8Array {
    if (this.#failure !== undefined) return this.#failure;
    try {
      const message = this.#wire.decode(bytes);
      switch (message.kind) {
        case "request":
          return this.#wire.encodeReply(this.#step(message.request));
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
      // A snapshot that is refused changes nothing.
      if (error instanceof RunningProcessError) return this.#wire.encodeError(this.#phase, farError(error));
      return this.refuse(error);
    }
  }

  /** Answers with an error, to this message and to all that follow. */
  refuse(error: unknown): Uint8Array {
    return this.#failure = this.#wire.encodeError(this.#phase, farError(error)).slice();
  }

  #step({ k, t, named, seen, inputs, set = [] }: Request): Reply {
    const started = this.#now();
    this.#phase = k === INITIALIZATION ? "initialize" : "update";
    this.#inputs.forEach((input, index) => {
      if (inputs[index] !== UNCONNECTED) this.#simulator.fix(input, inputs[index]);
    });
    for (const { path, name, value } of set) this.#simulator.setParameter(path, name, value);
    const { reason, by, message } = k === INITIALIZATION
      ? this.#simulator.initializeSync({ at: t })
      : this.#simulator.advanceThroughSync({ time: eventTime(this.#timing, BigInt(k)), t, named });
    const whose = this.#system.kind === "diagram" ? by : "";
    const ended = reason === "reached-termination" ? { ended: { by: whose, message } } : {};
    this.#phase = "output";
    const outputs = this.#outputs.map((port) => this.#simulator.context.output(port));
    this.#processed = k === INITIALIZATION ? [] : this.#processed.filter((request) => request > seen);
    this.#processed.push(k);
    return { k, processed: this.#processed, outputs, started, finished: this.#now(), ...ended };
  }
}
