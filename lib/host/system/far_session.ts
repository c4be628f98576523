/**
 * The far sides of one run, over the links of any modes.
 */

import { GuestError } from "../../errors.ts";
import type { Delegation, FarSession, FarSide, Reply, Request } from "../../simulator/mod.ts";
import type { Link, Links } from "./job.ts";
import { type Message, Wire } from "./wire.ts";

/** Creates the far sides; the links of all sessions together match the delegations by name. */
export function makeFarSession(delegations: readonly Delegation[], sessions: readonly Links[]): FarSession {
  const [only] = sessions;
  const sessionOf = new Map(sessions.flatMap((session) => session.links.map((link) => [link, session] as const)));
  const linkOf = new Map([...sessionOf.keys()].map((link) => [link.guest, link]));
  const join = (links: readonly Link[]): void | Promise<void> => {
    if (sessions.length === 1) return only?.join(links);
    const waits = sessions.map((session) => session.join(links.filter((link) => sessionOf.get(link) === session)));
    const promises = waits.filter((wait) => wait instanceof Promise);
    return promises.length === 0 ? undefined : Promise.all(promises).then(() => {});
  };
  const sides = delegations.map((delegation) => {
    const link = linkOf.get(delegation.path);
    if (link === undefined) throw new TypeError(`Cannot run ${delegation.path}: nobody opened it`);
    return new LinkedSide(delegation, { link, join: () => join([link]) });
  });
  return {
    sides,
    join: (awaited) => join(awaited.map((side) => (side as LinkedSide).link)),
    close() {
      const ends = sessions.map((session) => session.end()).filter((end) => end instanceof Promise);
      return ends.length === 0 ? undefined : closed(ends);
    },
  };
}

/** Waits for all these promises; then throws the first error. */
async function closed(ends: readonly Promise<void>[]): Promise<void> {
  const outcomes = await Promise.allSettled(ends);
  const failed = outcomes.find(({ status }) => status === "rejected");
  if (failed?.status === "rejected") throw failed.reason;
}

class LinkedSide implements FarSide {
  readonly name: string;
  readonly link: Link;
  readonly #join: () => void | Promise<void>;
  readonly #wire: Wire;

  constructor(delegation: Delegation, options: { link: Link; join: () => void | Promise<void> }) {
    this.name = delegation.path;
    this.link = options.link;
    this.#join = options.join;
    this.#wire = new Wire(delegation.system);
  }

  post(request: Request): void {
    this.link.post(this.#wire.encodeRequest(request));
  }

  take(): Reply | undefined {
    const message = this.#take("reply");
    return message?.kind === "reply" ? message.reply : undefined;
  }

  inspect(path: string): unknown | Promise<unknown> {
    return this.#call(this.#wire.encodeCall({ kind: "inspect", path }));
  }

  snapshot(): unknown | Promise<unknown> {
    return this.#call(this.#wire.encodeCall({ kind: "snapshot" }));
  }

  restore(saved: unknown): void | Promise<void> {
    const done = this.#call(this.#wire.encodeCall({ kind: "restore", saved }));
    if (done instanceof Promise) return done.then(() => {});
  }

  #call(bytes: Uint8Array): unknown | Promise<unknown> {
    this.link.post(bytes);
    const joined = this.#join();
    return joined instanceof Promise ? joined.then(() => this.#answer()) : this.#answer();
  }

  #answer(): unknown {
    const message = this.#take("answer");
    if (message?.kind === "answer") return message.answer;
    throw new TypeError(`Cannot go on with ${this.name}: nothing has come, an answer is wanted`);
  }

  #take(wanted: "reply" | "answer"): Message | undefined {
    const bytes = this.link.take();
    if (bytes === undefined) return undefined;
    const message = this.#read(bytes, wanted);
    if (message.kind !== "error") return message;
    const { guest, mode } = this.link;
    throw new GuestError({ guest, mode, phase: message.phase, far: message.far });
  }

  #read(bytes: Uint8Array, wanted: "reply" | "answer"): Message {
    try {
      const message = this.#wire.decode(bytes);
      if (message.kind === wanted || message.kind === "error") return message;
      throw new TypeError(`a message of kind ${message.kind} came, one of kind ${wanted} is wanted`);
    } catch (error) {
      throw this.link.refuse?.(error) ?? error;
    }
  }
}
