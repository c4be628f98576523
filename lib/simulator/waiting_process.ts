/**
 * A process of a run: its generator, or the place from which it starts again.
 *
 * - Invariant: without a generator its whole state is `#place`, kept in saved form, so continuing and restoring are the
 *   same.
 */

import {
  abstract,
  type Again,
  type EventStatus,
  type Outcome,
  type ProcessHandler,
  type ProcessNow,
  type ProcessOutcome,
  type SavedValue,
  savedValue,
  statusOf,
  valueFrom,
  type Wait,
} from "../diagram/mod.ts";

type AnyNow = ProcessNow<Record<never, never>, Record<never, never>>;

/** The result of one segment of a process. */
export interface Segment {
  /** Whether the process waits; otherwise it has ended. */
  readonly waits: boolean;
  /** The seconds that it asks to wait, unchecked. */
  readonly seconds?: unknown;
  /** The status that it returned. */
  readonly status: Outcome;
}

const ANY = abstract<unknown>(undefined);

export class WaitingProcess {
  readonly #handler: ProcessHandler<Record<never, never>, Record<never, never>>;
  readonly #path: string;
  #generator: Generator<Wait, ProcessOutcome, number> | undefined;
  #place: SavedValue | null = null;

  constructor(handler: ProcessHandler<never, never>, path: string) {
    this.#handler = handler as never;
    this.#path = path;
  }

  /** Whether it is in a wait, which no snapshot can hold. */
  get isRunning(): boolean {
    return this.#generator !== undefined;
  }

  /** Forgets the last run. */
  reset(): void {
    this.#generator = undefined;
    this.#place = null;
  }

  /**
   * Runs it up to its next wait or its end.
   *
   * @throws {TypeError} if it is not a generator, or yields anything but a wait.
   */
  go(now: AnyNow): Segment {
    const generator = this.#generator ??= this.#begun(now);
    const step = generator.next(now.t);
    if (typeof (step as { then?: unknown }).then === "function") {
      this.#refuse("is asynchronous", "a generator function");
    }
    if (!step.done) {
      if (step.value?.kind !== "wait") this.#refuse(`yields ${typeof step.value}`, "yield* wait(seconds)");
      return { waits: true, seconds: step.value.seconds, status: undefined };
    }
    this.#generator = undefined;
    this.#place = null;
    const outcome = step.value;
    if (!isAgain(outcome)) return { waits: false, status: outcome && statusOf(outcome, this.#path) };
    if (outcome.place !== undefined) this.#place = savedValue(ANY, outcome.place);
    return { waits: true, seconds: outcome.seconds, status: undefined };
  }

  save(): SavedValue | null {
    return this.#place;
  }

  /** Reads a saved place, and returns a function that restores it. */
  read(saved: unknown): () => void {
    if (saved !== null) valueFrom(ANY, saved, () => `the place of process ${this.#path}`);
    return () => {
      this.#generator = undefined;
      this.#place = saved as SavedValue | null;
    };
  }

  #begun(now: AnyNow): Generator<Wait, ProcessOutcome, number> {
    const place = this.#place === null ? undefined : valueFrom(ANY, this.#place, () => `the place of ${this.#path}`);
    const generator = this.#handler(now, place);
    if (typeof generator?.next !== "function") this.#refuse(`gives ${typeof generator}`, "a generator function");
    return generator;
  }

  #refuse(is: string, wanted: string): never {
    throw new TypeError(`Cannot run the process of ${this.#path}: it ${is}, ${wanted} is wanted`);
  }
}

function isAgain(outcome: Again | EventStatus | void): outcome is Again {
  return (outcome as Partial<Again> | undefined)?.kind === "again";
}
