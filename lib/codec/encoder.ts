/**
 * The writing half of the codec.
 *
 * - An encoder keeps its room from one value to the next, and nothing of the values.
 * - What cannot be cloned is refused with the path to it, such as `value.a[3]`.
 *
 * @example
 * ```ts
 * import { Encoder } from "./encoder.ts";
 *
 * const encoder = new Encoder();
 * if (encoder.encode([1, 2]).length !== 6) throw new Error("tag, count, and two bytes an item");
 * ```
 *
 * @module
 */

import { UncloneableError } from "../errors.ts";
import { ByteWriter } from "./byte_writer.ts";
import { ERROR_CLASSES, Tag, VIEW_KINDS } from "./tags.ts";

const viewKinds = new Map<string, number>(VIEW_KINDS.map((name, kind) => [name, kind]));

/** A step on the path to the value in hand: a key, an index, or a text as it is. */
type PathStep = string | number | { readonly text: string };

/** Thrown, and caught here, where a buffer that was sent in part comes up again. */
const SENT_IN_PART = new Error("a buffer sent in part comes up again");

const NOTHING: readonly object[] = [];

/** Writes values as bytes. */
export class Encoder {
  readonly #out = new ByteWriter();
  // The table: the number of every object that has been begun; -1 for a buffer of which only a part was sent.
  readonly #numbers = new Map<object, number>();
  #nextNumber = 0;
  readonly #path: PathStep[] = [];
  // Whether a view on a part of its buffer brings the whole, since the value has the buffer in more than one place.
  #wholeBuffers = false;

  /**
   * Encodes into room of the encoder's own, which the next call overwrites. What is `moved` travels beside the bytes, which
   * name it by its place in that list.
   */
  encode(value: unknown, moved: readonly object[] = NOTHING): Uint8Array<ArrayBuffer> {
    this.#moved = moved;
    this.#begin(false);
    try {
      this.#value(value);
    } catch (error) {
      if (error !== SENT_IN_PART) throw error;
      this.#begin(true);
      this.#value(value);
    } finally {
      if (this.#numbers.size > 0) this.#numbers.clear();
    }
    return this.#out.written();
  }

  #moved: readonly object[] = NOTHING;

  #begin(wholeBuffers: boolean): void {
    this.#wholeBuffers = wholeBuffers;
    this.#out.restart();
    this.#nextNumber = 0;
    if (this.#path.length > 0) this.#path.length = 0;
    if (this.#numbers.size > 0) this.#numbers.clear();
  }

  #value(value: unknown): void {
    switch (typeof value) {
      case "undefined":
        return this.#out.byte(Tag.undefined);
      case "boolean":
        return this.#out.byte(value ? Tag.true : Tag.false);
      case "number":
        return this.#out.number(value);
      case "string":
        return this.#out.string(value);
      case "bigint":
        return this.#out.bigint(value);
      case "object":
        return value === null ? this.#out.byte(Tag.null) : this.#object(value);
      default:
        return this.#refuse(`a ${typeof value}`);
    }
  }

  #object(value: object): void {
    const number = this.#numbers.get(value);
    if (number !== undefined) {
      if (number < 0) throw SENT_IN_PART;
      this.#out.byte(Tag.back);
      return this.#out.length(number);
    }
    this.#remember(value);
    if (this.#moved.length > 0 && this.#moved.includes(value)) return this.#move(value);
    if (Array.isArray(value)) return this.#array(value);
    const prototype = Object.getPrototypeOf(value);
    if (prototype === Object.prototype || prototype === null) return this.#plain(value);
    if (ArrayBuffer.isView(value)) return this.#bufferView(value);
    if (value instanceof Error) return this.#error(value);
    if (value instanceof Map) return this.#map(value);
    if (value instanceof Set) return this.#set(value);
    if (value instanceof ArrayBuffer) return this.#buffer(value);
    this.#otherObject(value);
  }

  #otherObject(value: object): void {
    if (value instanceof Date) {
      this.#out.byte(Tag.date);
      this.#out.float(value.getTime());
    } else if (value instanceof RegExp) {
      this.#out.byte(Tag.regexp);
      this.#out.string(value.source);
      this.#out.string(value.flags);
    } else if (isBoxed(value)) {
      this.#out.byte(Tag.boxed);
      this.#value(value.valueOf());
    } else {
      // What is no plain data says so by its tag: a Promise, a WeakMap, a URL, shared memory.
      const tag = Object.prototype.toString.call(value).slice("[object ".length, -1);
      if (tag !== "Object") this.#refuse(`${/^[AEIO]/.test(tag) ? "an" : "a"} ${tag}`);
      this.#plain(value);
    }
  }

  #plain(value: object): void {
    const keys = Object.keys(value);
    this.#out.byte(Tag.object);
    this.#out.length(keys.length);
    for (const key of keys) {
      this.#out.string(key);
      this.#path.push(key);
      this.#value((value as Record<string, unknown>)[key]);
      this.#path.pop();
    }
  }

  #array(array: readonly unknown[]): void {
    const { length } = array;
    let filled = 0;
    while (filled < length && (array[filled] !== undefined || filled in array)) filled++;
    if (filled < length) return this.#sparse(array);
    this.#out.byte(Tag.array);
    this.#out.length(length);
    for (let index = 0; index < length; index++) this.#item(index, array[index]);
  }

  #sparse(array: readonly unknown[]): void {
    const indices = Object.keys(array).map(Number).filter((index) => Number.isInteger(index) && index >= 0);
    this.#out.byte(Tag.sparse);
    this.#out.length(array.length);
    this.#out.length(indices.length);
    for (const index of indices) {
      this.#out.length(index);
      this.#item(index, array[index]);
    }
  }

  #item(step: PathStep, item: unknown): void {
    this.#path.push(step);
    this.#value(item);
    this.#path.pop();
  }

  #map(map: ReadonlyMap<unknown, unknown>): void {
    this.#out.byte(Tag.map);
    this.#out.length(map.size);
    for (const [key, value] of map) {
      this.#item({ text: ".keys()" }, key);
      this.#item({ text: typeof key === "string" ? `.get(${JSON.stringify(key)})` : ".values()" }, value);
    }
  }

  #set(set: ReadonlySet<unknown>): void {
    this.#out.byte(Tag.set);
    this.#out.length(set.size);
    for (const item of set) this.#item({ text: ".keys()" }, item);
  }

  #error(error: Error): void {
    const kind = ERROR_CLASSES.findIndex((errorClass, kind) => kind > 0 && error instanceof errorClass);
    this.#out.byte(Tag.error);
    this.#out.byte(Math.max(kind, 0));
    this.#out.string(String(error.name));
    for (const key of ["message", "stack", "cause", "errors"]) {
      // A DOMException has its message and its stack from its prototype.
      if (key in error && (Object.hasOwn(error, key) || key === "message" || key === "stack")) {
        this.#item(key, Reflect.get(error, key));
      } else {
        this.#out.byte(Tag.absent);
      }
    }
  }

  #buffer(buffer: ArrayBuffer): void {
    if (buffer.detached) this.#refuse("a detached buffer");
    this.#out.byte(Tag.buffer);
    this.#out.bytes(new Uint8Array(buffer));
  }

  #bufferView(view: ArrayBufferView): void {
    const { buffer, byteOffset, byteLength } = view;
    if (!(buffer instanceof ArrayBuffer)) return this.#refuse("a view on shared memory");
    if (buffer.detached) this.#refuse("a view on a detached buffer");
    const kind = viewKinds.get(Object.prototype.toString.call(view).slice("[object ".length, -1));
    if (kind === undefined) return this.#refuse("a view of an unknown kind");
    const whole = byteLength === buffer.byteLength;
    const number = this.#numbers.get(buffer);
    if (number !== undefined || (!whole && this.#wholeBuffers) || this.#moved.includes(buffer)) {
      this.#out.byte(Tag.view);
      this.#out.byte(kind);
      this.#out.length(byteOffset);
      this.#out.length(byteLength);
      return this.#object(buffer);
    }
    this.#numbers.set(buffer, whole ? this.#nextNumber : -1);
    this.#nextNumber++;
    this.#out.byte(Tag.ownView);
    this.#out.byte(kind);
    this.#out.bytes(new Uint8Array(buffer, byteOffset, byteLength));
  }

  #move(value: object): void {
    this.#out.byte(Tag.moved);
    this.#out.length(this.#moved.indexOf(value));
  }

  #remember(value: object): void {
    this.#numbers.set(value, this.#nextNumber++);
  }

  #refuse(what: string): never {
    throw new UncloneableError(`Cannot encode: ${pathText(this.#path)} is ${what}, a cloneable value is wanted`);
  }
}

function isBoxed(value: object): boolean {
  return value instanceof Number || value instanceof String || value instanceof Boolean || value instanceof BigInt;
}

function pathText(path: readonly PathStep[]): string {
  const steps = path.map((step) => {
    if (typeof step === "object") return step.text;
    if (typeof step === "number") return `[${step}]`;
    return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(step) ? `.${step}` : `[${JSON.stringify(step)}]`;
  });
  return `value${steps.join("")}`;
}
