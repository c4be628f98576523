/**
 * A realm with nothing above it: a test flushes frames, and sees everything that its listener receives.
 *
 * @module
 */

import { assert } from "@std/assert";
import { decode, encode } from "../../lib/codec/mod.ts";
import type { GuestJob } from "../../lib/host/job.ts";
import type { FrameKind, GuestSetup, Mode, Realm } from "../../lib/mode/mod.ts";
import { within } from "./deadline.ts";
import { WORK } from "./realm_code.ts";

const SECONDS = 60;
const GUEST = "peer";

/** What the listener receives. */
export type Told =
  | { readonly what: "frame"; readonly kind: FrameKind; readonly number: number; readonly payload: Uint8Array }
  | { readonly what: "moved"; readonly number: number; readonly value: unknown }
  | { readonly what: "settled" | "written" }
  | { readonly what: "ended"; readonly error: Error };

/** A realm under test, with its listener. */
export class Peer {
  readonly realm: Realm;
  /** Everything received, in order. */
  readonly told: Told[] = [];
  #functions: readonly string[] = [];
  #calls = 0;
  #wake = () => {};

  /** Starts a guest without a job. */
  constructor(mode: Mode, setup: Partial<GuestSetup> = {}) {
    this.realm = mode.start({ module: WORK, permissions: {}, options: {}, ...setup });
    const tell = (told: Told): void => {
      this.told.push(told);
      this.#wake();
    };
    this.realm.listen({
      frame: (frame) => tell({ what: "frame", kind: frame.kind, number: frame.number, payload: frame.payload() }),
      moved: (value, { number }) => tell({ what: "moved", number, value }),
      settled: () => tell({ what: "settled" }),
      written: () => tell({ what: "written" }),
      ended: (error) => tell({ what: "ended", error }),
    });
  }

  /** Starts a guest that serves the contract's functions. */
  static async serving(mode: Mode, setup: Partial<GuestSetup> = {}): Promise<Peer> {
    const peer = new Peer(mode, setup);
    await peer.serve();
    return peer;
  }

  /** Has it serve. */
  async serve(): Promise<void> {
    const service = { name: GUEST, initializer: undefined, shared: undefined };
    const job: GuestJob = { use: "service", service, attaches: false };
    this.realm.name = GUEST;
    this.realm.outbox.add("job", 1, encode(job));
    this.realm.flush();
    await this.until(() => this.frames("begun").length > 0);
    this.#functions = decode(this.frames("exports")[0]!.payload) as string[];
  }

  /** Adds a call of a function to the outbox; returns its number. */
  call(name: string, argument: unknown): number {
    const bytes = encode(argument);
    const header = { kind: "call", number: ++this.#calls, index: this.#functions.indexOf(name) } as const;
    this.realm.outbox.addPart(header, { bytes, from: 0, end: bytes.length });
    return header.number;
  }

  /** Calls a function; resolves with its value. */
  async ask(name: string, argument: unknown): Promise<unknown> {
    const number = this.call(name, argument);
    this.realm.flush();
    return await this.answer(number);
  }

  /** The value of a call. */
  async answer(call: number): Promise<unknown> {
    const isAnswer = ({ kind, number }: Told & { what: "frame" }) =>
      number === call && (kind === "reply" || kind === "error");
    await this.until(() => this.frames().some(isAnswer));
    const { kind, payload } = this.frames().find(isAnswer)!;
    assert(kind === "reply", JSON.stringify(decode(payload)));
    return decode(payload);
  }

  /** The frames received, of one kind or all. */
  frames(kind?: FrameKind): (Told & { what: "frame" })[] {
    return this.told.filter((told) => told.what === "frame").filter((frame) =>
      kind === undefined || frame.kind === kind
    );
  }

  /** The ends reported; there must be at most one. */
  get ends(): readonly Error[] {
    return this.told.flatMap((told) => told.what === "ended" ? [told.error] : []);
  }

  /** Waits until a condition holds; it is checked whenever something is received. */
  async until(condition: () => boolean): Promise<void> {
    const look = async (): Promise<void> => {
      while (!condition()) await new Promise<void>((resolve) => void (this.#wake = resolve));
    };
    await within(SECONDS, look());
  }

  /** Waits until the guest has ended and that is reported; resolves with the error. */
  async ended(): Promise<Error> {
    await this.until(() => this.ends.length > 0);
    await within(SECONDS, this.realm.ended);
    return this.ends[0]!;
  }
}
