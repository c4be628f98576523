/**
 * Message channels, their ports, and broadcast channels. Inside the realm.
 *
 * - A message is copied when it is sent and comes as a completion; messages to one port come in the order in which they were
 *   sent. A port that has not started keeps what it gets.
 * - A broadcast channel hears every other one of its name, those of workers too, never itself.
 */

import { cloned, type Movable, MOVED } from "./clone.ts";
import { DOMException, EventTarget, MessageEvent, withHandlers } from "./events.ts";
import type { Outside } from "./outside.ts";

/** How a message is sent. */
type Transfer = readonly unknown[] | { readonly transfer?: readonly unknown[] };

const settled: Promise<void> = Promise.resolve();

/** A broadcast channel, of whatever realm of the run. */
interface Channel {
  readonly name: string;
  readonly realm: number;
  /** Posts a message to it, which has been copied. */
  hear(data: unknown): void;
}

/** The ports of one outside, as globals. */
export function ports(outside: Outside): Readonly<Record<string, unknown>> {
  let open: Set<MessagePort> = new Set();
  const channels = () => outside.common("channels", () => new Set<Channel>());
  outside.resets.push(() => {
    open = new Set();
  });

  class MessagePort extends EventTarget implements Movable {
    #peer: MessagePort | undefined;
    #started = false;
    #closed = false;
    #waiting: { readonly data: unknown; readonly ports: readonly unknown[] }[] = [];
    #line = {};

    static entangle(one: MessagePort, other: MessagePort): void {
      one.#peer = other;
      other.#peer = one;
    }

    postMessage(message: unknown, options: Transfer = []): void {
      const transfer = Array.isArray(options) ? options : (options as { transfer?: unknown[] }).transfer ?? [];
      const peer = this.#peer;
      if (transfer.includes(this)) throw new DOMException("Can not transfer self", "DataCloneError");
      const moved: unknown[] = [];
      const [data, ...rest] = copiedWith(message, transfer);
      moved.push(...rest);
      if (peer !== undefined && !this.#closed) peer.#hear({ data, ports: moved });
    }

    #hear(message: { readonly data: unknown; readonly ports: readonly unknown[] }): void {
      if (this.#closed) return;
      this.#waiting.push(message);
      if (this.#started) this.#expect();
    }

    #expect(): void {
      outside.post("message", () => {
        const message = this.#waiting.shift();
        received(() => {
          if (message !== undefined && !this.#closed) this.dispatchEvent(new MessageEvent("message", message));
        });
      }, { line: this.#line });
    }

    start(): void {
      if (this.#started || this.#closed) return;
      this.#started = true;
      open.add(this);
      for (const _ of this.#waiting) this.#expect();
    }

    close(): void {
      if (this.#closed) return;
      this.#closed = true;
      open.delete(this);
      const peer = this.#peer;
      this.#peer = undefined;
      if (peer !== undefined) peer.#peer = undefined;
    }

    ref(): void {
      if (!this.#closed) open.add(this);
    }

    unref(): void {
      open.delete(this);
    }

    override handle(type: string, value: unknown): void {
      super.handle(type, value);
      if (type === "message" && typeof value === "function") this.start();
    }

    [MOVED](): MessagePort {
      const other = new MessagePort();
      other.#waiting = this.#waiting;
      this.#waiting = [];
      const peer = this.#peer;
      if (peer !== undefined) MessagePort.entangle(other, peer);
      this.#peer = undefined;
      this.#closed = true;
      open.delete(this);
      return other;
    }
  }
  withHandlers(MessagePort, ["message", "messageerror", "close"]);

  class MessageChannel {
    readonly port1: MessagePort = new MessagePort();
    readonly port2: MessagePort = new MessagePort();

    constructor() {
      MessagePort.entangle(this.port1, this.port2);
    }
  }

  class BroadcastChannel extends EventTarget {
    readonly name: string;
    #closed = false;
    readonly #line = {};
    readonly #channel: Channel;

    constructor(name: string) {
      super();
      this.name = String(name);
      const { realm } = outside;
      this.#channel = { name: this.name, realm, hear: (data) => this.#hear(data, realm) };
      channels().add(this.#channel);
    }

    postMessage(message: unknown): void {
      if (this.#closed) throw new DOMException("Already closed", "InvalidStateError");
      const data = cloned(message);
      for (const other of channels()) if (other !== this.#channel && other.name === this.name) other.hear(data);
    }

    #hear(data: unknown, realm: number): void {
      outside.post(`message on ${this.name}`, () =>
        received(() => {
          if (!this.#closed) this.dispatchEvent(new MessageEvent("message", { data: cloned(data) }));
        }), { line: this.#line, realm });
    }

    close(): void {
      this.#closed = true;
      channels().delete(this.#channel);
    }

    ref(): void {}

    unref(): void {}
  }
  withHandlers(BroadcastChannel, ["message", "messageerror"]);

  outside.leftovers.push(() => [
    ...[...open].some((port) => port.listenersOf("message") > 0) ? ["an open port that listens"] : [],
  ]);
  // Those of all realms are told once.
  if (!outside.ends.has("channels")) {
    outside.leftovers.push(() => [...channels()].map(({ name }) => `an open broadcast channel ${name}`));
    outside.ends.set("channels", (realm) => {
      for (const channel of channels()) if (channel.realm === realm) channels().delete(channel);
    });
  }
  return {
    MessagePort,
    MessageChannel,
    BroadcastChannel,
    structuredClone: (value: unknown, options: { readonly transfer?: readonly unknown[] } = {}) =>
      cloned(value, options.transfer),
  };

  /** A message is the answer to a question, so what hears it is called by a microtask. */
  function received(act: () => void): void {
    void settled.then(() => outside.guard(act));
  }

  /** A message, and the ports that it moves, on the other side. */
  function copiedWith(message: unknown, transfer: readonly unknown[]): readonly unknown[] {
    const moving = transfer.filter((one) => one instanceof MessagePort);
    return cloned([message, ...moving], transfer) as unknown[];
  }
}
