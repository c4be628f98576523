/**
 * Delegated systems, in a guest: each answers every request, or the newest of those that are there where only that counts.
 *
 * - The index of a frame says which system it is for. They take turns, in the order in which requests came.
 */

import * as blocks from "../../blocks/mod.ts";
import { signature } from "../../diagram/mod.ts";
import { ProtocolError } from "../../errors.ts";
import { BLOCKS, type GuestEnd } from "../../mode/guest.ts";
import { now } from "../../platform/mod.ts";
import type { Exports } from "../exports.ts";
import type { BeginFault, BegunJob } from "../job.ts";
import { FarSystem } from "./far_system.ts";
import { directHost } from "./inline.ts";
import type { JobMessage } from "./job.ts";
import { makeSystem } from "./reference.ts";

/** What the module of the built-in systems exports. */
export function blockExports(): Exports {
  return blocks;
}

/** Makes the systems of a job, and checks that they have the ports that the near side expects. */
export function beginSystems(
  exports: Exports,
  { systems, end }: { readonly systems: readonly JobMessage[]; readonly end: GuestEnd },
): BegunJob | BeginFault {
  const seats: Seat[] = [];
  for (const message of systems) {
    try {
      seats.push(new Seat(makeFar(exports, message), { newest: message.newest, end }));
    } catch (thrown) {
      return { which: seats.length, thrown };
    }
  }
  return { run: () => serve(seats, end) };
}

function makeFar(exports: Exports, { reference, signature: expected, timing }: JobMessage): FarSystem {
  const system = makeSystem(reference.module === BLOCKS ? blocks : exports, reference);
  const is = signature(system);
  if (is !== expected) {
    throw new TypeError(
      `Cannot use ${reference.export} of ${reference.module}: its ports are ${is} here, ${expected} is wanted`,
    );
  }
  return new FarSystem(system, { timing, now, host: directHost({ now }) });
}

/** Serves requests until the job is over. */
function serve(seats: readonly Seat[], end: GuestEnd): void {
  const waiting = new Set<Seat>();
  for (;;) {
    let frame = end.poll();
    while (frame === undefined) {
      end.wait?.();
      frame = end.poll();
    }
    for (; frame !== undefined && frame.kind !== "job"; frame = end.poll()) {
      const seat = seats[frame.index];
      if (seat === undefined) {
        throw new ProtocolError(`a request to system ${frame.index}, one of ${seats.length} is wanted`);
      }
      const bytes = frame.bytes.subarray(frame.from, frame.end);
      if (seat.take(frame.number, bytes)) waiting.add(seat);
    }
    // An end that has been read means that nobody hears the answer any more.
    if (frame !== undefined) return;
    for (const seat of waiting) seat.serveNewest();
    waiting.clear();
  }
}

/** One system of a guest. */
class Seat {
  readonly #far: FarSystem;
  readonly #end: GuestEnd;
  readonly #newest: boolean;
  /** The newest request, where only that counts. */
  #held = new Uint8Array(0);
  #number = 0;
  #length = 0;

  constructor(far: FarSystem, { newest, end }: { readonly newest: boolean; readonly end: GuestEnd }) {
    this.#far = far;
    this.#end = end;
    this.#newest = newest;
  }

  /** Takes a request: answers it, or says that it waits until no newer one is there. */
  take(number: number, bytes: Uint8Array): boolean {
    if (!this.#newest) this.#end.send("reply", number, this.#far.serve(bytes));
    else {
      this.#number = number;
      this.#length = bytes.length;
      if (bytes.length > this.#held.length) this.#held = new Uint8Array(2 * bytes.length);
      this.#held.set(bytes);
    }
    return this.#newest;
  }

  /** Answers the request that waits. */
  serveNewest(): void {
    this.#end.send("reply", this.#number, this.#far.serve(this.#held.subarray(0, this.#length)));
  }
}
