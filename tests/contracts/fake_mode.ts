/**
 * A mode whose guests are played by a test: it sees what they receive, and sends whatever it likes for them.
 *
 * @module
 */

import { encode } from "../../lib/codec/mod.ts";
import { GuestDiedError } from "../../lib/errors.ts";
import { FrameCursor, type GuestSetup, type Mode, Outbox, type Realm, type RealmListener } from "../../lib/mode/mod.ts";
import type { FrameKind } from "../../lib/mode/mod.ts";
import { bytesOf, type Frame, framesIn } from "./frames.ts";

/** Options of a played guest. */
export interface FakeOptions {
  /** Whether it can be killed; true by default. */
  readonly killable?: boolean;
  /** Whether it says hello and answers jobs like a guest; true by default. */
  readonly answers?: boolean;
}

/** A guest played by a test. */
export class FakeRealm implements Realm {
  readonly mode = "fake";
  readonly killable: boolean;
  readonly setup: GuestSetup;
  readonly outbox = new Outbox();
  readonly ended: Promise<void>;
  name = "fake";
  alive = true;
  busy = false;
  messages = 0;
  /** What it has received. */
  readonly heard: Frame[] = [];
  /** The requests to end it. */
  readonly asked: string[] = [];
  /** Its listener. */
  listener: RealmListener | undefined;
  readonly #answers: boolean;
  readonly #cursor = new FrameCursor();
  readonly #over = Promise.withResolvers<void>();

  constructor(setup: GuestSetup, { killable = true, answers = true }: FakeOptions = {}) {
    this.setup = setup;
    this.killable = killable;
    this.ended = this.#over.promise;
    this.#answers = answers;
    if (answers) queueMicrotask(() => this.say("hello", 0));
  }

  listen(listener: RealmListener): void {
    this.listener = listener;
  }

  flush(): void {
    this.messages++;
    for (const frame of framesIn(this.outbox.take())) {
      this.heard.push(frame);
      if (frame.kind !== "job" || !this.#answers) continue;
      queueMicrotask(() => this.say(frame.payload.length > 0 ? "begun" : "over", frame.number));
    }
  }

  /** Sends a frame. */
  say(kind: FrameKind, number: number, value?: unknown): void {
    if (!this.alive) return;
    this.#cursor.feed(bytesOf([{ kind, number, payload: value === undefined ? new Uint8Array(0) : encode(value) }]));
    while (this.#cursor.next()) this.listener?.frame(this.#cursor);
    this.listener?.settled();
  }

  /** Sends a value separately from the frames. */
  moves(value: unknown): void {
    this.#cursor.feed(bytesOf([{ kind: "moved", number: 1 }]));
    while (this.#cursor.next()) this.listener?.moved(value, this.#cursor);
  }

  close(): Promise<void> {
    this.asked.push("close");
    return this.ended;
  }

  fail(error: Error): void {
    this.asked.push("fail");
    this.listener?.ended(error);
    if (this.killable) this.#end();
  }

  signal(signal: string): void {
    this.asked.push(signal);
    if (signal === "SIGKILL" && this.killable) this.die();
  }

  /** Ends it. */
  die(cause: string = "it ended by itself"): void {
    if (!this.alive) return;
    this.listener?.ended(new GuestDiedError({ guest: this.name, mode: this.mode, cause }));
    this.#end();
  }

  #end(): void {
    this.alive = false;
    this.#over.resolve();
  }
}

/** Creates the mode; `realms` lists its guests in the order in which they were started. */
export function fakeMode(options: FakeOptions & Partial<Mode> = {}): Mode & { readonly realms: FakeRealm[] } {
  const { killable, answers, ...mode } = options;
  const realms: FakeRealm[] = [];
  const fake = {
    ...killable === undefined ? {} : { killable },
    ...answers === undefined ? {} : { answers },
  };
  return {
    name: "fake",
    memory: "asked",
    transport: "fake",
    moves: false,
    start(setup) {
      const realm = new FakeRealm(setup, fake);
      realms.push(realm);
      return realm;
    },
    kill() {},
    ...mode,
    realms,
  };
}
