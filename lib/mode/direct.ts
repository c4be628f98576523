/**
 * Direct mode: a guest in the caller's own realm, on its event loop.
 *
 * - Frames are encoded here too, so a value that cannot be cloned is rejected in every mode, and nothing is shared by
 *   mistake.
 * - A caller that has just made a call first finishes its own turn; the guest's frames are delivered in the next
 *   microtask, many at once.
 * - There is no isolation: a function that does not return, or that exits, takes its caller with it.
 */

import { GuestDiedError } from "../errors.ts";
import { turn } from "../platform/mod.ts";
import type { FrameKind } from "./frame.ts";
import { FrameCursor } from "./frame_cursor.ts";
import type { GuestCode } from "./guest_code.ts";
import { Outbox } from "./outbox.ts";
import type { GuestEnd, Mode, Realm, RealmListener } from "./realm.ts";

/** Creates the mode. */
export function directMode(code: GuestCode): Mode {
  return {
    name: "direct",
    memory: "model",
    transport: "model",
    moves: false,
    start: ({ module }) => new DirectRealm(module, code),
    kill() {},
  };
}

class DirectRealm implements Realm {
  readonly mode = "direct";
  readonly killable = false;
  readonly busy = false;
  name = "direct";
  alive = true;
  readonly outbox = new Outbox();
  messages = 0;
  readonly #requests = new FrameCursor();
  /** What was flushed and has not been read. */
  readonly #flushed = new Outbox();
  readonly #replies = new FrameCursor();
  readonly #said = new Outbox();
  readonly #moved: unknown[] = [];
  #isTelling = false;
  #listener: RealmListener | undefined;
  #rung: (() => void) | undefined;
  readonly #over = Promise.withResolvers<void>();
  readonly ended: Promise<void> = this.#over.promise;

  constructor(module: string, code: GuestCode) {
    const end: GuestEnd = {
      mode: this.mode,
      poll: () => this.#next(),
      rest: () => this.#rest(),
      send: (kind, number, payload) => this.#send({ kind, number }, payload),
      takeMoved: () => Promise.resolve(this.#moved.shift()),
      exit: () => this.#end("it ended by itself"),
    };
    void code.serve(end, module);
  }

  listen(listener: RealmListener): void {
    this.#listener = listener;
  }

  flush(): void {
    this.messages++;
    this.#flushed.addFrames(this.outbox.waiting);
    this.outbox.advance(this.outbox.waiting.length);
    void turn().then(() => this.#rung?.());
  }

  move(value: unknown): void {
    this.#moved.push(value);
  }

  close(): Promise<void> {
    this.#end("it was told to end");
    return this.ended;
  }

  fail(error: Error): void {
    if (!this.alive) return;
    this.alive = false;
    this.#over.resolve();
    this.#listener?.ended(error);
  }

  signal(): void {
    this.#end("it was told to end");
  }

  /** The guest's next frame; none once it has ended. */
  #next(): FrameCursor | undefined {
    while (this.alive && !this.#requests.next()) {
      if (this.#flushed.isEmpty) return undefined;
      this.#requests.feed(this.#flushed.take());
    }
    return this.alive ? this.#requests : undefined;
  }

  #rest(): Promise<void> {
    if (this.alive && !this.#flushed.isEmpty) return turn();
    return new Promise((resolve) => void (this.#rung = resolve));
  }

  #send({ kind, number }: { readonly kind: FrameKind; readonly number: number }, payload?: Uint8Array): void {
    if (!this.alive) return;
    this.#said.add(kind, number, payload);
    if (this.#isTelling) return;
    this.#isTelling = true;
    queueMicrotask(() => this.#tell());
  }

  #tell(): void {
    this.#isTelling = false;
    if (!this.alive) return;
    this.#replies.feed(this.#said.take());
    while (this.alive && this.#replies.next()) this.#listener?.frame(this.#replies);
    if (this.alive) this.#listener?.settled();
  }

  #end(cause: string): void {
    if (!this.alive) return;
    if (!this.#said.isEmpty) this.#tell();
    this.fail(new GuestDiedError({ guest: this.name, mode: "direct", cause }));
  }
}
