/**
 * Delegated systems, in a guest: each answers every request, or only the newest pending one if only that counts.
 *
 * - The index of a frame says which system it is for. The systems take turns, in the order in which requests came.
 * - A system whose handlers are awaited handles one request at a time; meanwhile the event loop runs. Requests to other
 *   systems that were read with it are served at once; later ones are read when an awaited handler is done.
 * - Invariant: the guest blocks only while nothing is awaited and no request waits for its turn.
 */

import * as blocks from "../../blocks/mod.ts";
import { signature } from "../../diagram/mod.ts";
import { ProtocolError } from "../../errors.ts";
import { BLOCKS_MODULE, type GuestEnd } from "../../mode/guest.ts";
import { now, turn } from "../../platform/mod.ts";
import type { Exports } from "../exports.ts";
import type { BeginFault, BegunJob } from "../job.ts";
import { FarSystem } from "./far_system.ts";
import { directHost } from "./inline.ts";
import type { JobMessage } from "./job.ts";
import { makeSystem } from "./reference.ts";

/** The exports of the built-in systems' module. */
export function blockExports(): Exports {
  return blocks;
}

/** Creates the systems of a job, and checks that they have the ports that the near side expects. */
export function beginSystems(
  exports: Exports,
  { systems, end }: { readonly systems: readonly JobMessage[]; readonly end: GuestEnd },
): BegunJob | BeginFault {
  const served: ServedSystem[] = [];
  for (const message of systems) {
    try {
      served.push(new ServedSystem(makeFar(exports, message), { newest: message.newest, end }));
    } catch (thrown) {
      return { which: served.length, thrown };
    }
  }
  return { run: () => serve(served, end) };
}

function makeFar(exports: Exports, { reference, signature: expected, timing }: JobMessage): FarSystem {
  const system = makeSystem(reference.module === BLOCKS_MODULE ? blocks : exports, reference);
  const is = signature(system);
  if (is !== expected) {
    throw new TypeError(
      `Cannot use ${reference.export} of ${reference.module}: its ports are ${is} here, ${expected} is wanted`,
    );
  }
  return new FarSystem(system, { timing, now, host: directHost({ now }), awaits: true });
}

/** Serves requests until the job is over. */
async function serve(served: readonly ServedSystem[], end: GuestEnd): Promise<void> {
  const mayWait = served.some(({ isAsync }) => isAsync);
  /** The systems with more to serve once all available requests have been read. */
  const waiting = new Set<ServedSystem>();
  const awaited = new Set<Promise<void>>();
  const track = (system: ServedSystem, work: Promise<void> | undefined): void => {
    if (work === undefined) return;
    const done = work.then(() => {
      awaited.delete(done);
      waiting.add(system);
    });
    awaited.add(done);
  };
  for (;;) {
    let frame = end.poll();
    while (frame === undefined && awaited.size === 0 && waiting.size === 0) {
      end.wait?.();
      frame = end.poll();
      if (frame === undefined && mayWait) await turn();
    }
    for (; frame !== undefined && frame.kind !== "job"; frame = end.poll()) {
      const system = served[frame.index];
      if (system === undefined) {
        throw new ProtocolError(`a request to system ${frame.index}, one of ${served.length} is wanted`);
      }
      track(system, system.take(frame.number, frame.bytes.subarray(frame.from, frame.end)));
      if (system.waits) waiting.add(system);
    }
    // After the frame that ends the job, nobody needs an answer; the guest returns when nothing is awaited anymore.
    if (frame !== undefined) return void await Promise.all(awaited);
    for (const system of waiting) {
      waiting.delete(system);
      track(system, system.next());
    }
    if (awaited.size > 0) await Promise.race(awaited);
  }
}

/** One system of a guest. */
class ServedSystem {
  readonly #far: FarSystem;
  readonly #end: GuestEnd;
  readonly #newest: boolean;
  /** The pending requests, oldest first; at most one if only the newest counts. */
  readonly #queue: { readonly number: number; readonly bytes: Uint8Array }[] = [];
  #isBusy = false;

  constructor(far: FarSystem, { newest, end }: { readonly newest: boolean; readonly end: GuestEnd }) {
    this.#far = far;
    this.#end = end;
    this.#newest = newest;
  }

  /** Whether a handler may have to be awaited. */
  get isAsync(): boolean {
    return this.#far.isAsync;
  }

  /** Whether it has pending requests. */
  get waits(): boolean {
    return this.#queue.length > 0;
  }

  /** Answers a request, or keeps it until `next`. Returns a promise if a handler must be awaited. */
  take(number: number, bytes: Uint8Array): Promise<void> | undefined {
    if (!this.#newest && !this.#isBusy && !this.waits) return this.#serve(number, bytes);
    if (this.#newest) this.#queue.length = 0;
    this.#queue.push({ number, bytes: bytes.slice() });
    return undefined;
  }

  /** Answers the pending requests, up to the first that must be awaited. */
  next(): Promise<void> | undefined {
    while (!this.#isBusy) {
      const request = this.#queue.shift();
      if (request === undefined) return undefined;
      const work = this.#serve(request.number, request.bytes);
      if (work !== undefined) return work;
    }
    return undefined;
  }

  #serve(number: number, bytes: Uint8Array): Promise<void> | undefined {
    const reply = this.#far.serve(bytes);
    if (!(reply instanceof Promise)) return void this.#end.send("reply", number, reply);
    this.#isBusy = true;
    return reply.then((bytes) => {
      this.#isBusy = false;
      this.#end.send("reply", number, bytes);
    });
  }
}
