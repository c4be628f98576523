/**
 * A service as its host sees it, in a guest of any mode.
 *
 * - Each call has a number, which its answer repeats: an answer to any call but the oldest is a `ProtocolError`.
 * - A call's argument has already been packed, so adding a call cannot fail.
 * - The guest's requests about shared things are answered from the host's memory.
 */

import {
  errorDataFrom,
  GuestDiedError,
  GuestError,
  guestFault,
  LoggingError,
  ProtocolError,
  StoppedError,
} from "../../errors.ts";
import { logLineFrom } from "../../logging/mod.ts";
import { following, type FrameCursor, type Keeper, type KeptRealm } from "../../mode/mod.ts";
import { callIsolated } from "../../platform/mod.ts";
import type { GuestJob } from "../job.ts";
import type { ServiceShare } from "../shared/service_share.ts";
import type {
  CalledFunction,
  EndSignal,
  ServiceAnswer,
  ServiceListener,
  ServiceMessage,
  SharedMessage,
} from "./message.ts";
import { indexOf, MOST_FUNCTIONS, WINDOW } from "./message.ts";
import type { Packed } from "./packed.ts";

const NOTHING = { bytes: new Uint8Array(0), from: 0, end: 0 };

/** A place among the tasks that share things. */
export interface SharedPlace extends Pick<SharedMessage, "call" | "task"> {
  /** The things. */
  readonly share: ServiceShare;
}

/** What a guest is to serve. */
export interface ServiceJob extends Omit<ServiceMessage, "shared"> {
  /** The module whose functions it runs. */
  readonly module: string;
  /** The shared things, and the task number. */
  readonly shared: SharedPlace | undefined;
  /** How long it may take to be ready, in milliseconds. */
  readonly limit: number;
}

/** One call. */
export interface ServiceCall extends CalledFunction {
  /** The argument. */
  readonly packed: Packed;
}

/** Starts a service in a new or warm guest. */
export async function serveIn(
  keeper: Keeper,
  { job, listener }: { readonly job: ServiceJob; readonly listener: ServiceListener },
): Promise<ServiceLink> {
  let link: GuestService | undefined;
  const failed = await keeper.warm.assign(job.module, (guest) => {
    link = new GuestService(guest, { job, listener, keeper });
    return link.start();
  });
  if (link !== undefined && failed === undefined) return link;
  if (failed?.far.name === "LoggingError") throw new LoggingError(failed.far.message);
  throw new GuestError({ guest: job.name, mode: keeper.warm.mode.name, ...failed ?? NO_GUEST });
}

const NO_GUEST = { phase: "load", far: { name: "Error", message: "no guest was started", stack: "" } } as const;

/** A service as its host sees it, in a guest of any mode. */
export type ServiceLink = Pick<GuestService, keyof GuestService>;

/** A guest that serves calls of its module's exported functions. */
export class GuestService {
  /** The guest's name. */
  readonly guest: string;
  /** The names of the module's exported functions, in order. */
  exports: readonly string[] = [];
  readonly #kept: KeptRealm;
  readonly #job: ServiceJob;
  readonly #keeper: Keeper;
  readonly #listener: ServiceListener;
  /** How many messages had been handed over before the first possible call. */
  #before = 0;
  /** The number of the last call added, and of the last one answered. */
  #called = 0;
  #answered = 0;
  /** Whether a request of the guest is unanswered. */
  #isAsking = false;
  /** How many items may come: a guest that sends more could fill the host's memory. */
  #wanted = 0;
  /** Whether an answer has been reported since the last `settled`. */
  #hasTold = false;
  /** Whether the guest has said that it ends outside any call. */
  #idle = false;
  #open = true;
  #isRetired = false;
  #finished: Promise<void> | undefined;
  #hasBegun = false;
  readonly #onClosing = (): void => {
    if (this.#hasBegun) this.#ended(this.#closedError());
    // Whoever waits for its start gets the error.
    else void this.finish();
  };

  /** Made by {@linkcode serveIn}. */
  constructor(
    kept: KeptRealm,
    { job, listener, keeper }: {
      readonly job: ServiceJob;
      readonly listener: ServiceListener;
      readonly keeper: Keeper;
    },
  ) {
    this.guest = job.name;
    this.#kept = kept;
    this.#job = job;
    this.#keeper = keeper;
    this.#listener = listener;
  }

  /** How many messages have been handed over since it began. */
  get messages(): number {
    return this.#kept.realm.messages - this.#before;
  }

  /** Begins; resolves with what the guest's code threw, if anything. */
  async start(): ReturnType<KeptRealm["begin"]> {
    const { name, initializer, shared, limit, logging } = this.#job;
    const attach = shared !== undefined && this.#keeper.warm.mode.memory !== "asked"
      ? shared.share.memory.handle
      : undefined;
    const service = { name, initializer, shared: messageOf(shared), logging };
    const job: GuestJob = { use: "service", service, attaches: attach !== undefined };
    const { closing } = this.#keeper;
    closing.addEventListener("abort", this.#onClosing);
    try {
      if (closing.aborted) throw this.#closedError();
      const failed = await this.#kept.begin(job, {
        name,
        limit,
        ...attach === undefined ? {} : { attach },
        listener: {
          frame: (frame) => this.#hear(frame),
          moved: (value, frame) => this.#answer(frame, () => frame.value(movedFrom(value))),
          settled: () => this.#settled(),
          ended: (error) => this.#ended(error),
        },
      });
      if (closing.aborted) throw this.#closedError();
      this.#hasBegun = failed === undefined;
      this.#before = this.#kept.realm.messages;
      if (failed !== undefined) await this.finish();
      return failed;
    } catch (error) {
      await this.finish();
      throw closing.aborted ? this.#closedError() : error;
    }
  }

  #closedError(): GuestDiedError {
    return new GuestDiedError({ guest: this.guest, mode: this.#kept.realm.mode, cause: "its host was closed" });
  }

  /** Adds a call, to be sent with the next flush. */
  call(call: ServiceCall): void {
    const { realm } = this.#kept;
    const { packed } = call;
    const number = this.#called = following(this.#called);
    if (call.stream) this.#wanted = WINDOW;
    if (packed.moved !== undefined) realm.move?.(packed.moved, packed.moved);
    const kind = packed.moved === undefined ? "call" : "moved";
    realm.outbox.addPart({ kind, number, index: indexOf(call) }, packed);
  }

  /** Allows `items` more items of the guest's current call; 0 means that no more are wanted. */
  pull(items: number): void {
    if (!this.#open) return;
    this.#wanted += items;
    this.#kept.realm.outbox.addPart({ kind: "pull", number: following(this.#answered), index: items }, NOTHING);
    this.flush();
  }

  /** Sends all added calls as one message. */
  flush(): void {
    if (!this.#kept.realm.outbox.isEmpty) this.#kept.realm.flush();
  }

  /**
   * Abandons it during a call: nothing more is heard of it, and it is killed if possible. Resolves when the call is
   * over, which may be never.
   */
  async abandon(): Promise<void> {
    const kept = this.#kept;
    this.#open = false;
    kept.detach();
    if (kept.realm.killable) {
      kept.fail(new StoppedError(`Cannot go on with ${this.guest}: it was given up, another guest is wanted`));
    }
    await this.finish();
    await kept.whenIdle();
  }

  /**
   * Ends the guest, which is reported. If it can be killed, it gets the signal; if not, it ends when it waits or
   * returns to its event loop, which a busy thread may never do.
   */
  end(signal: EndSignal): void {
    const { realm } = this.#kept;
    if (!realm.killable) this.#stop();
    realm.signal(signal);
  }

  /** Gives the guest back when all calls are answered; it may serve again. Harmless if called twice. */
  finish(): Promise<void> {
    if (this.#finished !== undefined) return this.#finished;
    this.#finished = this.#finish();
    this.#keeper.warm.registerEnding(this.#finished);
    return this.#finished;
  }

  /** Ends the guest, which has answered all calls, so that it does not serve again. */
  async retire(): Promise<void> {
    this.#isRetired = true;
    await this.finish();
  }

  async #finish(): Promise<void> {
    this.#open = false;
    this.#keeper.closing.removeEventListener("abort", this.#onClosing);
    this.#kept.detach();
    const { shared, module } = this.#job;
    if (shared !== undefined) await shared.share.leave(shared.task);
    await this.#kept.finish(() => this.#stop());
    this.#keeper.warm.takeBack(this.#kept, module, { again: !this.#isRetired });
  }

  /** Ends its waits on shared things. */
  #stop(): void {
    const { shared } = this.#job;
    if (shared !== undefined) shared.share.memory.control.requestStop(shared.task);
  }

  #hear(frame: FrameCursor): void {
    switch (frame.kind) {
      case "reply":
        return this.#answer(frame, () => frame.value());
      case "error": {
        this.#check(frame);
        const error = errorDataFrom(frame.value());
        return this.#tell(frame.number, { kind: "error", error });
      }
      case "item": {
        this.#check(frame);
        if (this.#wanted-- === 0) throw new ProtocolError(`an item of call ${frame.number}, none more is wanted`);
        const value = frame.value();
        return callIsolated(() => this.#listener.item?.(value));
      }
      case "report": {
        const value = frame.value();
        // Reports of a call that has ended are ignored.
        if (frame.number !== following(this.#answered)) return;
        return callIsolated(() => this.#listener.reported(value));
      }
      case "log": {
        const line = logLineFrom(frame.value());
        return callIsolated(() => this.#listener.logged?.(line));
      }
      case "exports":
        this.exports = namesFrom(frame.value());
        return;
      case "idle":
        this.#idle = true;
        return;
      case "ask":
        return this.#ask(frame.number, frame.payload());
      default:
        throw new ProtocolError(`a frame ${frame.kind}, what a service says is wanted`);
    }
  }

  /**
   * Reports the value of the oldest call. If reading it fails, that call still counts as unanswered, so no other is
   * blamed.
   */
  #answer(frame: FrameCursor, read: () => unknown): void {
    this.#check(frame);
    const value = read();
    this.#tell(frame.number, { kind: "value", value });
  }

  #tell(number: number, answer: ServiceAnswer): void {
    this.#answered = number;
    this.#hasTold = true;
    callIsolated(() => this.#listener.answered(answer));
  }

  #settled(): void {
    if (!this.#hasTold) return;
    this.#hasTold = false;
    callIsolated(() => this.#listener.settled());
  }

  #check({ kind, number }: FrameCursor): void {
    const wanted = following(this.#answered);
    if (number === wanted && this.#answered !== this.#called) return;
    const open = this.#answered === this.#called ? "none is open" : `${wanted} is the oldest`;
    throw new ProtocolError(`a frame ${kind} about call ${number}, one about a call that is open is wanted: ${open}`);
  }

  #ask(number: number, payload: Uint8Array): void {
    const { shared } = this.#job;
    if (shared === undefined) throw new ProtocolError("something is asked of shared things, there are none");
    if (this.#isAsking) throw new ProtocolError("something is asked before the answer, one thing at a time is wanted");
    if (!this.#open) return;
    this.#isAsking = true;
    void shared.share.answer(shared.task, payload).then((answer) => {
      this.#isAsking = false;
      if (!this.#open) return;
      this.#kept.realm.outbox.add("result", number, answer);
      this.flush();
    }, (cause) => this.#kept.fail(guestFault(this.#kept.realm, cause.message, { cause })));
  }

  #ended(error: Error): void {
    if (!this.#open) return;
    this.#open = false;
    callIsolated(() => this.#listener.ended(error, { idle: this.#idle }));
    void this.finish();
  }
}

function messageOf(shared: SharedPlace | undefined): SharedMessage | undefined {
  if (shared === undefined) return undefined;
  const { share, call, task } = shared;
  share.admit(task);
  return { ...share.message, call, task };
}

function namesFrom(value: unknown): readonly string[] {
  const isShort = Array.isArray(value) && value.length <= MOST_FUNCTIONS;
  if (isShort && value.every((name) => typeof name === "string")) return value;
  throw new ProtocolError("exports that are no names, a list of names is wanted");
}

function movedFrom(value: unknown): readonly object[] {
  if (Array.isArray(value) && value.every((part) => typeof part === "object" && part !== null)) return value;
  throw new ProtocolError("something was moved that is no list of objects, one is wanted");
}
