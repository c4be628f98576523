/**
 * Message channels, their ports, and broadcast channels. Inside the realm.
 *
 * - A message is copied when it is sent and again when it comes, as a completion in the realm of who hears it; messages to one port
 *   come in the order in which they were sent. A port that has not started keeps what it gets.
 * - A channel has two ends, which belong to no realm: a port that moves leaves its end to one of another realm.
 * - A broadcast channel hears every other one of its name, those of workers too, never itself.
 */

import { cloned, type Movable, MOVED } from "./clone.ts";
import { DOMException, EventTarget, MessageEvent, withHandlers } from "./events.ts";
import type { Outside } from "./outside.ts";

/** How a message is sent. */
export type Transfer = readonly unknown[] | { readonly transfer?: readonly unknown[] };

/** A message on its way, to whatever realm. */
export interface Sent {
  /** A copy of it, in which ends stand for ports. */
  readonly data: unknown;
  /** Of the ports that it moves. */
  readonly ends: readonly End[];
}

/** A message that has come: a copy in this realm. */
interface Arrived {
  readonly data: unknown;
  readonly ports: readonly unknown[];
}

/** One end of a channel. */
interface End {
  /** The other end; undefined where that is closed. */
  peer: End | undefined;
  /** What it has got. */
  readonly waiting: Sent[];
  readonly line: object;
  /** Has the next one that waits come; undefined where no port of it has started. */
  expect: (() => void) | undefined;
}

/** What sends messages between realms. */
export interface Mail {
  sent(message: unknown, options?: Transfer): Sent;
  arrived(sent: Sent): Arrived;
}

const settled: Promise<void> = Promise.resolve();

/** A broadcast channel, of whatever realm of the run. */
interface Channel {
  readonly name: string;
  readonly realm: number;
  /** Posts a message to it, which has been copied. */
  hear(data: unknown): void;
}

/** A port with an end, of whatever realm of the run. */
interface Open {
  readonly realm: number;
  /** Whether it keeps a process alive. */
  isHeld(): boolean;
  close(): void;
}

/** What lets a port be made: a key that code under test does not have. */
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
    // Undefined where it is closed, or has moved.
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

    /** Leaves its end as it is. */
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

  // Those of all realms are told once.
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

  /** A message is the answer to a question, so what hears it is called by a microtask. */
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
