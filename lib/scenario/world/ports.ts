/**
 * Message channels, their ports, and broadcast channels. Inside the realm.
 *
 * - A message is copied when it is sent, and again when it arrives, as a completion in the realm of its receiver.
 *   Messages to one port arrive in the order in which they were sent. A port that has not started keeps its messages.
 * - A channel has two ends, which belong to no realm; moving a port passes its end to a port of another realm.
 * - A broadcast channel receives messages of all others with its name, including those of workers, but never its own.
 */

import { cloned, type Movable, MOVED } from "./clone.ts";
import { DOMException, EventTarget, MessageEvent, withHandlers } from "./events.ts";
import type { Outside } from "./outside.ts";

/** Options for sending a message. */
export type Transfer = readonly unknown[] | { readonly transfer?: readonly unknown[] };

/** A message on its way to any realm. */
export interface Sent {
  /** A copy of the message, with ends in place of ports. */
  readonly data: unknown;
  /** The ends of the ports that it moves. */
  readonly ends: readonly End[];
}

/** A message that has arrived: a copy in this realm. */
interface Arrived {
  readonly data: unknown;
  readonly ports: readonly unknown[];
}

/** One end of a channel. */
interface End {
  /** The other end; undefined if that is closed. */
  peer: End | undefined;
  /** The messages that have not arrived yet. */
  readonly waiting: Sent[];
  readonly line: object;
  /** Requests the arrival of the next message; undefined if no port of the end has started. */
  expect: (() => void) | undefined;
}

/** Sends messages between realms. */
export interface Mail {
  sent(message: unknown, options?: Transfer): Sent;
  arrived(sent: Sent): Arrived;
}

const settled: Promise<void> = Promise.resolve();

/** A broadcast channel of any realm of the run. */
interface Channel {
  readonly name: string;
  readonly realm: number;
  /** Posts a message, already copied, to the channel. */
  hear(data: unknown): void;
}

/** A port with an end, of any realm of the run. */
interface Open {
  readonly realm: number;
  /** Whether it would keep a process alive. */
  isHeld(): boolean;
  close(): void;
}

/** The key for creating ports, which code under test does not have. */
const MAKE: unique symbol = Symbol("make");

/** The ports of one outside, as globals. */
export function ports(outside: Outside): { readonly globals: Readonly<Record<string, unknown>>; readonly mail: Mail } {
  const channels = () => outside.common("channels", () => new Set<Channel>());
  const open = () => outside.common("ports", () => new Set<Open>());

  class MessagePort extends EventTarget implements Movable {
    readonly #open: Open = {
      realm: outside.realm,
      isHeld: () => this.#isHeld && this.#end?.peer !== undefined && this.listenersOf("message") > 0,
      close: () => this.close(),
    };
    // Undefined if the port is closed or has moved.
    #end: End | undefined;
    #isHeld = false;

    constructor(key?: symbol, end?: End) {
      super();
      if (key !== MAKE) throw new TypeError("Illegal constructor");
      this.#end = end;
      open().add(this.#open);
    }

    postMessage(message: unknown, options?: Transfer): void {
      if (transferOf(options).includes(this)) throw unmovable("Transfer list contains source port");
      const sent = mail.sent(message, options);
      const peer = this.#end?.peer;
      peer?.waiting.push(sent);
      peer?.expect?.();
    }

    start(): void {
      const end = this.#end;
      if (end === undefined || end.expect !== undefined) return;
      this.#isHeld = true;
      end.expect = () =>
        void outside.post("message", () => {
          const sent = end.waiting.shift();
          received(() => {
            if (sent === undefined || this.#end !== end) return;
            this.dispatchEvent(new MessageEvent("message", mail.arrived(sent)));
          });
        }, { line: end.line, realm: this.#open.realm });
      for (const _ of end.waiting) end.expect();
    }

    close(): void {
      const end = this.#end;
      if (end === undefined) return;
      this.#leave();
      if (end.peer !== undefined) end.peer.peer = undefined;
      end.peer = undefined;
    }

    /** Detaches the port from its end, which stays as it is. */
    #leave(): void {
      const end = this.#end;
      this.#end = undefined;
      open().delete(this.#open);
      if (end?.expect === undefined) return;
      end.expect = undefined;
      outside.pending.filter(({ line }) => line === end.line).forEach((completion) => outside.drop(completion));
    }

    ref(): void {
      this.#isHeld = true;
    }

    unref(): void {
      this.#isHeld = false;
    }

    override handle(type: string, value: unknown): void {
      super.handle(type, value);
      if (type === "message" && typeof value === "function") this.start();
    }

    [MOVED](): { readonly copy: End; readonly leave: () => void } {
      if (this.#end === undefined) throw unmovable("Can not transfer disentangled message port");
      return { copy: this.#end, leave: () => this.#leave() };
    }
  }
  withHandlers(MessagePort, ["message", "messageerror", "close"]);

  class MessageChannel {
    readonly port1: MessagePort;
    readonly port2: MessagePort;

    constructor() {
      const [one, other] = [endOf(), endOf()];
      one.peer = other;
      other.peer = one;
      this.port1 = new MessagePort(MAKE, one);
      this.port2 = new MessagePort(MAKE, other);
    }
  }

  const mail: Mail = {
    sent(message, options) {
      const transfer = transferOf(options);
      const moving = transfer.filter((one) => one instanceof MessagePort);
      const [data, ...ends] = cloned([message, ...moving], transfer) as [unknown, ...End[]];
      return { data, ends };
    },
    arrived({ data, ends }) {
      const moved = new Map(ends.map((end) => [end as unknown, new MessagePort(MAKE, end)]));
      return { data: cloned(data, [], moved), ports: ends.map((end) => moved.get(end)) };
    },
  };

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

  // The ports and channels of all realms are reported once.
  if (!outside.ends.has("channels")) {
    outside.leftovers.push(() => [...open()].some(({ isHeld }) => isHeld()) ? ["an open port that listens"] : []);
    outside.ends.set("ports", (realm) => {
      for (const port of [...open()]) if (port.realm === realm) port.close();
    });
    outside.leftovers.push(() => [...channels()].map(({ name }) => `an open broadcast channel ${name}`));
    outside.ends.set("channels", (realm) => {
      for (const channel of channels()) if (channel.realm === realm) channels().delete(channel);
    });
  }
  const structuredClone = (value: unknown, options?: Transfer) => {
    const sent = mail.sent(value, options);
    return sent.ends.length === 0 ? sent.data : mail.arrived(sent).data;
  };
  return { globals: { MessagePort, MessageChannel, BroadcastChannel, structuredClone }, mail };

  /** A message is an answer, so its listeners are called in a microtask. */
  function received(act: () => void): void {
    void settled.then(() => outside.guard(act));
  }
}

function unmovable(is: string): DOMException {
  return new DOMException(is, "DataCloneError");
}

function endOf(): End {
  return { peer: undefined, waiting: [], line: {}, expect: undefined };
}

function transferOf(options: Transfer = []): readonly unknown[] {
  return Array.isArray(options) ? options : (options as { readonly transfer?: readonly unknown[] }).transfer ?? [];
}
