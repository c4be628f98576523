/**
 * A guest as its host keeps it: a realm and its current job.
 *
 * - Whatever a guest says is read under one catch, which ends that guest and fails what waits for it. An error in a
 *   listener is the host's own fault, and is thrown as it is.
 * - A guest must say hello within a limit of its own, however long its module takes to load after that.
 * - Its end is reported to the owner of its job only after the job has begun: before that, `begin` rejects.
 */

import type { FarError, GuestPhase } from "../errors.ts";
import {
  errorText,
  farErrorFrom,
  GuestDiedError,
  GuestError,
  guestFault,
  GuestTimeoutError,
  ProtocolError,
  StateError,
  StoppedError,
} from "../errors.ts";
import { encode } from "../codec/mod.ts";
import { after, every, turn } from "../platform/mod.ts";
import { following } from "./frame.ts";
import type { FrameCursor } from "./frame_cursor.ts";
import type { Realm, RealmListener } from "./realm.ts";

/** How long a guest may take to return after its stop, and how often the stop is repeated, in milliseconds. */
const GRACE = 500;
const REPEAT = 2;
const PHASES: readonly GuestPhase[] = ["load", "construct", "run"];

/** What a guest's code threw before a job had begun. */
export interface BeginFailure {
  /** What the guest was doing. */
  readonly phase: GuestPhase;
  /** What was thrown. */
  readonly far: FarError;
  /** The index of the part of a job that it concerns, if it concerns one. */
  readonly which?: number;
}

/** The owner of a job. Frames are read in `frame` and `moved`: an error thrown there ends the guest. */
export type JobListener = Partial<RealmListener>;

/** How a job is handed to a guest. */
export interface BeginOptions {
  /** The guest's name from now on. */
  readonly name: string;
  /** How long it may take to begin, in milliseconds. */
  readonly limit: number;
  /** What the guest attaches to its memory with, if it does. */
  readonly attach?: unknown;
  /** The owner of the job. */
  readonly listener: JobListener;
}

/** A guest as its host keeps it: a realm and its current job. */
export class KeptRealm {
  /** The realm. */
  readonly realm: Realm;
  /** Why it can no longer be used, if so. */
  failure: Error | undefined;
  #listener: JobListener | undefined;
  /** The number of the current or last job, and the stage it is in. */
  #job = 0;
  #state: "idle" | "beginning" | "working" | "ending" = "idle";
  #isTold = false;
  #beginning: PromiseWithResolvers<BeginFailure | undefined> | undefined;
  #idle = Promise.withResolvers<void>();
  readonly #heard = Promise.withResolvers<void>();

  /** Keeps a guest that has just been started; it must say hello within `startLimit` milliseconds. */
  constructor(realm: Realm, { startLimit }: { readonly startLimit: number }) {
    this.realm = realm;
    void this.#expectHello(startLimit);
    realm.listen({
      frame: (frame) => this.#guard(() => this.#hear(frame)),
      moved: (value, frame) => this.#guard(() => this.#hearMoved(value, frame)),
      settled: () => this.#listener?.settled?.(),
      written: () => this.#listener?.written?.(),
      ended: (error) => this.#end(error ?? this.#died("it ended by itself")),
    });
  }

  /** The limit does not include the time that starting it elsewhere takes. */
  async #expectHello(startLimit: number): Promise<void> {
    const { realm } = this;
    await realm.started;
    const stopTimer = after(startLimit, () => {
      this.fail(new GuestTimeoutError({ guest: realm.name, mode: realm.mode, seconds: startLimit / 1000 }));
    });
    await Promise.race([this.#heard.promise, realm.ended]);
    stopTimer();
  }

  /** Whether it is waiting for a job. */
  get ready(): boolean {
    return this.realm.alive && this.failure === undefined && this.#state === "idle";
  }

  /**
   * Gives it a job; resolves once that has begun, or with what the guest's code threw.
   *
   * @throws {StateError} if it has a job.
   * @throws {StoppedError} if the job is told to end before it has begun.
   */
  async begin(job: unknown, { name, limit, attach, listener }: BeginOptions): Promise<BeginFailure | undefined> {
    const { realm } = this;
    if (this.failure === undefined && this.#state !== "idle") {
      throw new StateError(
        `Cannot begin ${name} with guest ${realm.name}: it has a job, a guest without one is wanted`,
      );
    }
    const payload = encode(job);
    realm.name = name;
    this.#state = "beginning";
    this.#isTold = false;
    this.#listener = listener;
    this.#job = following(this.#job);
    this.#idle = Promise.withResolvers();
    const beginning = this.#beginning = Promise.withResolvers();
    if (this.failure !== undefined) throw this.failure;
    if (attach !== undefined) realm.move?.(attach, []);
    realm.outbox.add("job", this.#job, payload);
    realm.flush();
    const stopTimer = after(limit, () => {
      this.fail(new GuestTimeoutError({ guest: name, mode: realm.mode, seconds: limit / 1000 }));
    });
    try {
      return await beginning.promise;
    } finally {
      stopTimer();
    }
  }

  /**
   * Ends its job; `stop` ends the job's waits, and is repeated until the guest returns. A guest that does not return is
   * not ready afterward.
   */
  async finish(stop: () => void = () => {}): Promise<void> {
    const { realm } = this;
    this.#listener = undefined;
    if (this.#state === "idle" && this.failure === undefined) return;
    if (!realm.alive || this.failure !== undefined && realm.killable) return await realm.close();
    if (this.#state !== "ending") {
      this.#state = "ending";
      this.#beginning?.reject(
        new StoppedError(`Cannot begin ${realm.name}: it was told to end before it had begun`),
      );
      realm.looks?.(false);
      realm.outbox.add("job", this.#job);
      realm.flush();
    }
    const over = Promise.withResolvers<void>();
    let left = GRACE / REPEAT;
    const stopTimer = every(REPEAT, () => {
      if (left-- > 0) stop();
      else over.resolve();
    });
    stop();
    await Promise.race([this.#idle.promise, realm.ended, over.promise]);
    stopTimer();
    if (this.ready || !realm.killable) return;
    realm.signal("SIGKILL");
    await realm.close();
  }

  /**
   * Resolves when its job is over or the guest has ended, which may never happen if it is busy and cannot be killed.
   */
  async whenIdle(): Promise<void> {
    await Promise.race([this.#idle.promise, this.realm.ended]);
  }

  /** Gives it up with an error. */
  fail(error: Error): void {
    this.realm.fail(error);
    this.#end(error);
  }

  /** Stops reporting about its job. */
  detach(): void {
    this.#listener = undefined;
  }

  #hear(frame: FrameCursor): void {
    switch (frame.kind) {
      case "hello":
        return this.#heard.resolve();
      case "begun":
        this.#expect(frame, "beginning");
        if (this.#state === "ending") return;
        this.#state = "working";
        this.#beginning?.resolve(undefined);
        // If it ends in the same turn, that is reported after the caller of `begin` has learned that the job began.
        return void turn().then(() => this.#tellsEnd());
      case "over":
        this.#expect(frame, "ending");
        this.#state = "idle";
        return this.#idle.resolve();
      case "failed":
        return this.#failed(frame);
      default:
        return this.#listener?.frame?.(frame);
    }
  }

  /** Handles what its code threw outside any requested function. */
  #failed(frame: FrameCursor): void {
    const failure = failureFrom(frame.value());
    const { phase, far } = failure;
    if (phase !== "run") {
      this.#expect(frame, "beginning");
      // A guest that could not begin is already idle.
      this.#state = "idle";
      this.#beginning?.resolve(failure);
      return this.#idle.resolve();
    }
    if (this.#state === "working" && frame.number === this.#job) {
      const { name: guest, mode } = this.realm;
      return this.fail(new GuestError({ guest, mode, phase, far }));
    }
    // What an earlier job left behind is not this job's failure: another guest gets the job.
    this.fail(this.#died(`it threw outside its job (${far.name}: ${far.message})`));
  }

  #died(cause: string): GuestDiedError {
    return new GuestDiedError({ guest: this.realm.name, mode: this.realm.mode, cause });
  }

  #hearMoved(value: unknown, frame: FrameCursor): void {
    if (this.#listener === undefined) return;
    if (this.#listener.moved === undefined) throw new ProtocolError("something was moved, nothing is wanted");
    this.#listener.moved(value, frame);
  }

  /** A job that is told to end before it has begun may still begin. */
  #expect({ kind, number }: FrameCursor, state: "beginning" | "ending"): void {
    if ((this.#state === state || this.#state === "ending") && number === this.#job) return;
    throw new ProtocolError(
      `a frame ${kind} about job ${number}, one about job ${this.#job} (${this.#state}) is wanted`,
    );
  }

  #guard(read: () => void): void {
    if (this.failure !== undefined) return;
    try {
      read();
    } catch (cause) {
      this.fail(guestFault(this.realm, `its message breaks the protocol: ${errorText(cause)}`, { cause }));
    }
  }

  #tellsEnd(): void {
    this.#isTold = true;
    if (this.failure !== undefined) this.#listener?.ended?.(this.failure);
  }

  #end(error: Error): void {
    if (this.failure !== undefined) return;
    this.failure = error;
    this.#beginning?.reject(error);
    // A job that has not begun is told by its rejection, even if nobody awaits that anymore.
    this.#beginning?.promise.catch(() => {});
    if (this.#isTold) this.#listener?.ended?.(error);
  }
}

function failureFrom(value: unknown): BeginFailure {
  const { phase, far, which } = (typeof value === "object" && value !== null ? value : {}) as Partial<BeginFailure>;
  const known = PHASES.find((name) => name === phase);
  if (known === undefined) throw new ProtocolError("a failure without a phase, one with it is wanted");
  return { phase: known, far: farErrorFrom(far), ...typeof which === "number" ? { which } : {} };
}
