/**
 * The messages between the two sides of a delegated system, as bytes.
 *
 * - Every message starts with float64 numbers: its kind, then its numeric fields. Scalars and vectors follow as raw
 *   float64, so no value changes a bit; abstract values come last, encoded by the codec.
 * - An optional input is preceded by a float64 that says whether it is connected.
 * - The result of `encode...` is valid until the next call on the same `Wire`.
 */

import { type Ports, type PortType, UNCONNECTED } from "../../diagram/mod.ts";
import { type FarError, farErrorFrom, type GuestPhase } from "../../errors.ts";
import { decode, encode } from "../../codec/mod.ts";
import type { ParameterChange, Reply, Request } from "../../simulator/mod.ts";

/** Any decoded message. */
export type Message =
  | { readonly kind: "request"; readonly request: Request }
  | { readonly kind: "reply"; readonly reply: Reply }
  | { readonly kind: "error"; readonly phase: GuestPhase; readonly far: FarError }
  | FarCall
  | { readonly kind: "answer"; readonly answer: unknown };

/** Further calls to a far side: for the contents of an inner part, for its whole state, or to restore a state. */
export type FarCall =
  | { readonly kind: "inspect"; readonly path: string }
  | { readonly kind: "snapshot" }
  | { readonly kind: "restore"; readonly saved: unknown };

const KINDS = ["request", "reply", "error", "inspect", "snapshot", "restore", "answer"] as const;
/** What a far side may be doing when it throws. */
const PHASES: readonly GuestPhase[] = ["construct", "initialize", "update", "output", "snapshot", "restore"];
const BYTES = Float64Array.BYTES_PER_ELEMENT;

/** Encodes and decodes the messages of one delegated system. */
export class Wire {
  readonly #inputs: readonly PortType[];
  readonly #outputs: readonly PortType[];
  readonly #reader = new Reader();
  #numbers = new Float64Array(64);
  #length = 0;
  /** The bytes of the last encoded message, reused because most messages of a wire have the same size. */
  #view = new Uint8Array(this.#numbers.buffer, 0, 0);

  /** Creates the wire of a system with these ports. */
  constructor(ports: { inputs: Ports; outputs: Ports }) {
    this.#inputs = Object.values(ports.inputs);
    this.#outputs = Object.values(ports.outputs);
  }

  /** Encodes a request. */
  encodeRequest({ k, t, named, seen, inputs, set }: Request): Uint8Array {
    this.#start("request", k, t, named.period, named.offset, seen, set === undefined ? 0 : 1);
    return this.#finish(this.#inputs, { values: inputs, more: set });
  }

  /** Encodes a reply. */
  encodeReply({ k, processed, outputs, started, finished, ended }: Reply): Uint8Array {
    this.#start("reply", k, started, finished, ended === undefined ? 0 : 1, processed.length);
    for (const request of processed) this.#push(request);
    return this.#finish(this.#outputs, { values: outputs, more: ended });
  }

  /** Encodes an error of the far side. */
  encodeError(phase: GuestPhase, far: FarError): Uint8Array {
    return this.#value("error", { phase, far });
  }

  /** Encodes a call. */
  encodeCall(call: FarCall): Uint8Array {
    return this.#value(
      call.kind,
      call.kind === "restore" ? call.saved : call.kind === "inspect" ? call.path : undefined,
    );
  }

  /** Encodes the answer to a call. */
  encodeAnswer(answer: unknown): Uint8Array {
    return this.#value("answer", answer);
  }

  /** Decodes any message; the result does not refer to `bytes`. */
  decode(bytes: Uint8Array): Message {
    const reader = this.#reader;
    reader.open(bytes);
    const kind = KINDS[reader.number()];
    switch (kind) {
      case "request": {
        const k = reader.number();
        const t = reader.number();
        const named = { period: reader.number(), offset: reader.number() };
        const seen = reader.number();
        const hasMore = reader.number() === 1;
        const { values: inputs, more } = reader.values(this.#inputs, hasMore);
        return { kind, request: { k, t, named, seen, inputs, ...hasMore ? { set: changesFrom(more) } : {} } };
      }
      case "reply": {
        const k = reader.number();
        const started = reader.number();
        const finished = reader.number();
        const hasMore = reader.number() === 1;
        const processed = [...reader.vector(reader.number())];
        const { values: outputs, more } = reader.values(this.#outputs, hasMore);
        const ended = hasMore ? { ended: endFrom(more) } : {};
        return { kind, reply: { k, processed, started, finished, outputs, ...ended } };
      }
      case "error": {
        const { phase, far } = reader.rest() as Record<"phase" | "far", unknown>;
        return { kind, phase: phaseFrom(phase), far: farErrorFrom(far) };
      }
      case "inspect":
        return { kind, path: String(reader.rest()) };
      case "snapshot":
        return { kind };
      case "restore":
        return { kind, saved: reader.rest() };
      case "answer":
        return { kind, answer: reader.rest() };
      default:
        throw new TypeError(`Cannot read a message: its kind is unknown, one of (${KINDS.join(", ")}) is wanted`);
    }
  }

  #start(kind: typeof KINDS[number], ...numbers: readonly number[]): void {
    this.#length = 0;
    this.#push(KINDS.indexOf(kind));
    for (const number of numbers) this.#push(number);
  }

  #push(number: number): void {
    if (this.#length === this.#numbers.length) this.#grow(1);
    this.#numbers[this.#length++] = number;
  }

  /** Adds the port values and any further data of a message, which one of its numbers announces. */
  #finish(
    types: readonly PortType[],
    { values, more }: { readonly values: readonly unknown[]; readonly more: unknown },
  ): Uint8Array {
    let abstract: unknown[] | undefined;
    types.forEach((type, index) => {
      const value = values[index];
      if (type.optional) this.#push(value === UNCONNECTED ? 0 : 1);
      if (value === UNCONNECTED) return;
      if (type.kind === "scalar") this.#push(value as number);
      else if (type.kind === "abstract") (abstract ??= []).push(value);
      else {
        const vector = value as ArrayLike<number>;
        if (this.#length + vector.length > this.#numbers.length) this.#grow(vector.length);
        this.#numbers.set(vector, this.#length);
        this.#length += vector.length;
      }
    });
    if (more !== undefined) (abstract ??= []).push(more);
    return abstract === undefined ? this.#bytes() : this.#append(encode(abstract));
  }

  #value(kind: typeof KINDS[number], value: unknown): Uint8Array {
    this.#start(kind);
    return this.#append(encode(value));
  }

  #append(tail: Uint8Array): Uint8Array {
    const head = this.#bytes();
    const whole = new Uint8Array(head.length + tail.length);
    whole.set(head);
    whole.set(tail, head.length);
    return whole;
  }

  #bytes(): Uint8Array {
    const { buffer } = this.#numbers;
    const length = BYTES * this.#length;
    if (this.#view.length !== length || this.#view.buffer !== buffer) this.#view = new Uint8Array(buffer, 0, length);
    return this.#view;
  }

  #grow(by: number): void {
    const larger = new Float64Array(2 * this.#numbers.length + by);
    larger.set(this.#numbers);
    this.#numbers = larger;
  }
}

/** Reads float64 numbers and values from a message, which it copies so that the numbers are aligned. */
class Reader {
  #numbers = new Float64Array(64);
  #bytes = new Uint8Array(this.#numbers.buffer);
  #length = 0;
  #at = 0;

  open(message: Uint8Array): void {
    if (message.length > this.#bytes.length) {
      this.#numbers = new Float64Array(Math.ceil(message.length / BYTES));
      this.#bytes = new Uint8Array(this.#numbers.buffer);
    }
    this.#bytes.set(message);
    this.#length = message.length;
    this.#at = 0;
  }

  number(): number {
    this.#check(1);
    return this.#numbers[this.#at++] ?? NaN;
  }

  vector(size: number): Float64Array {
    this.#check(size);
    const vector = this.#numbers.slice(this.#at, this.#at + size);
    this.#at += size;
    return vector;
  }

  values(types: readonly PortType[], hasMore: boolean): { readonly values: unknown[]; readonly more?: unknown } {
    const values: unknown[] = [];
    for (const type of types) {
      if (type.optional && this.number() === 0) values.push(UNCONNECTED);
      else if (type.kind === "abstract") values.push(ABSTRACT);
      else values.push(type.kind === "scalar" ? this.number() : this.vector(type.size));
    }
    if (!hasMore && !values.includes(ABSTRACT)) return { values };
    const abstract = this.rest();
    if (!Array.isArray(abstract)) throw new TypeError("Cannot read a message: its end is no list, one is wanted");
    let next = 0;
    return { values: values.map((value) => value === ABSTRACT ? abstract[next++] : value), more: abstract[next] };
  }

  rest(): unknown {
    return decode(this.#bytes.slice(BYTES * this.#at, this.#length));
  }

  #check(size: number): void {
    if (size >= 0 && BYTES * (this.#at + size) <= this.#length) return;
    throw new TypeError("Cannot read a message: it ends early, a whole one is wanted");
  }
}

function phaseFrom(value: unknown): GuestPhase {
  const known = PHASES.find((phase) => phase === value);
  if (known !== undefined) return known;
  throw new TypeError(`Cannot read a message: an error without a phase, one of (${PHASES.join(", ")}) is wanted`);
}

function changesFrom(value: unknown): readonly ParameterChange[] {
  const isChange = (change: unknown) => {
    const { path, name } = (change ?? {}) as Partial<ParameterChange>;
    return typeof path === "string" && typeof name === "string";
  };
  if (Array.isArray(value) && value.every(isChange)) return value;
  throw new TypeError("Cannot read a message: its end is no list of parameters, one is wanted");
}

function endFrom(value: unknown): { by: string; message: string } {
  const { by, message } = (value ?? {}) as { readonly by?: unknown; readonly message?: unknown };
  if (typeof by === "string" && typeof message === "string") return { by, message };
  throw new TypeError("Cannot read a message: who ended the run is unknown, a path and a reason are wanted");
}

const ABSTRACT = Symbol("an abstract value, which stands at the end of the message");
