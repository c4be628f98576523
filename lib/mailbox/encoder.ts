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
import { ERROR_CLASSES, Tag, VIEW_KINDS } from "./tags.ts";

const FIRST_ROOM_BYTES = 1024;
const KEPT_ROOM_BYTES = 2 ** 20;
const SHORT_STRING = 64;
const VARINT_BYTES = 8;

const viewKinds = new Map<string, number>(VIEW_KINDS.map((name, kind) => [name, kind]));
const utf8 = new TextEncoder();

/** A step on the path to the value in hand: a key, an index, or a text as it is. */
type PathStep = string | number | { readonly text: string };

/** Thrown, and caught here, where a buffer that was sent in part comes up again. */
const SENT_IN_PART = new Error("a buffer sent in part comes up again");

/** Writes values as bytes. */
export class Encoder {
  // The bytes before #at are written; #view is on the same bytes as #room.
  #room: Uint8Array<ArrayBuffer> = new Uint8Array(FIRST_ROOM_BYTES);
  #view = new DataView(this.#room.buffer);
  #at = 0;
  // The table: the number of every object that has been begun; -1 for a buffer of which only a part was sent.
  readonly #numbers = new Map<object, number>();
  #nextNumber = 0;
  readonly #path: PathStep[] = [];
  // Whether a view on a part of its buffer brings the whole, since the value has the buffer in more than one place.
  #wholeBuffers = false;

  /** Encodes into room of the encoder's own, which the next call overwrites. */
  encode(value: unknown): Uint8Array<ArrayBuffer> {
    if (this.#room.length > KEPT_ROOM_BYTES) this.#useRoom(new Uint8Array(FIRST_ROOM_BYTES));
    this.#begin(false);
    try {
      this.#value(value);
    } catch (error) {
      if (error !== SENT_IN_PART) throw error;
      this.#begin(true);
      this.#value(value);
    } finally {
      this.#numbers.clear();
    }
    return this.#room.subarray(0, this.#at);
  }

  #begin(wholeBuffers: boolean): void {
    this.#wholeBuffers = wholeBuffers;
    this.#at = 0;
    this.#nextNumber = 0;
    this.#path.length = 0;
    this.#numbers.clear();
  }

  #value(value: unknown): void {
    switch (typeof value) {
      case "undefined":
        return this.#byte(Tag.undefined);
      case "boolean":
        return this.#byte(value ? Tag.true : Tag.false);
      case "number":
        return this.#number(value);
      case "string":
        return this.#string(value);
      case "bigint":
        return this.#bigint(value);
      case "object":
        return value === null ? this.#byte(Tag.null) : this.#object(value);
      default:
        return this.#refuse(`a ${typeof value}`);
    }
  }

  #object(value: object): void {
    const number = this.#numbers.get(value);
    if (number !== undefined) {
      if (number < 0) throw SENT_IN_PART;
      this.#byte(Tag.back);
      return this.#length(number);
    }
    this.#remember(value);
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
      this.#byte(Tag.date);
      this.#float(value.getTime());
    } else if (value instanceof RegExp) {
      this.#byte(Tag.regexp);
      this.#string(value.source);
      this.#string(value.flags);
    } else if (isBoxed(value)) {
      this.#byte(Tag.boxed);
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
    this.#byte(Tag.object);
    this.#length(keys.length);
    for (const key of keys) {
      this.#string(key);
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
    this.#byte(Tag.array);
    this.#length(length);
    for (let index = 0; index < length; index++) this.#item(index, array[index]);
  }

  #sparse(array: readonly unknown[]): void {
    const indices = Object.keys(array).map(Number).filter((index) => Number.isInteger(index) && index >= 0);
    this.#byte(Tag.sparse);
    this.#length(array.length);
    this.#length(indices.length);
    for (const index of indices) {
      this.#length(index);
      this.#item(index, array[index]);
    }
  }

  #item(step: PathStep, item: unknown): void {
    this.#path.push(step);
    this.#value(item);
    this.#path.pop();
  }

  #map(map: ReadonlyMap<unknown, unknown>): void {
    this.#byte(Tag.map);
    this.#length(map.size);
    for (const [key, value] of map) {
      this.#item({ text: ".keys()" }, key);
      this.#item({ text: typeof key === "string" ? `.get(${JSON.stringify(key)})` : ".values()" }, value);
    }
  }

  #set(set: ReadonlySet<unknown>): void {
    this.#byte(Tag.set);
    this.#length(set.size);
    for (const item of set) this.#item({ text: ".keys()" }, item);
  }

  #error(error: Error): void {
    const kind = ERROR_CLASSES.findIndex((errorClass, kind) => kind > 0 && error instanceof errorClass);
    this.#byte(Tag.error);
    this.#byte(Math.max(kind, 0));
    this.#string(String(error.name));
    for (const key of ["message", "stack", "cause", "errors"]) {
      // A DOMException has its message and its stack from its prototype.
      if (key in error && (Object.hasOwn(error, key) || key === "message" || key === "stack")) {
        this.#item(key, Reflect.get(error, key));
      } else {
        this.#byte(Tag.absent);
      }
    }
  }

  #buffer(buffer: ArrayBuffer): void {
    if (buffer.detached) this.#refuse("a detached buffer");
    this.#byte(Tag.buffer);
    this.#bytes(new Uint8Array(buffer));
  }

  #bufferView(view: ArrayBufferView): void {
    const { buffer, byteOffset, byteLength } = view;
    if (!(buffer instanceof ArrayBuffer)) return this.#refuse("a view on shared memory");
    if (buffer.detached) this.#refuse("a view on a detached buffer");
    const kind = viewKinds.get(Object.prototype.toString.call(view).slice("[object ".length, -1));
    if (kind === undefined) return this.#refuse("a view of an unknown kind");
    const whole = byteLength === buffer.byteLength;
    const number = this.#numbers.get(buffer);
    if (number !== undefined && number < 0) throw SENT_IN_PART;
    if (number !== undefined || (!whole && this.#wholeBuffers)) {
      this.#byte(Tag.view);
      this.#byte(kind);
      this.#length(byteOffset);
      this.#length(byteLength);
      return this.#object(buffer);
    }
    this.#numbers.set(buffer, whole ? this.#nextNumber : -1);
    this.#nextNumber++;
    this.#byte(Tag.ownView);
    this.#byte(kind);
    this.#bytes(new Uint8Array(buffer, byteOffset, byteLength));
  }

  #number(value: number): void {
    const integer = value | 0;
    if (integer !== value || (value === 0 && Object.is(value, -0))) {
      this.#byte(Tag.number);
      return this.#float(value);
    }
    this.#byte(Tag.integer);
    this.#length(((integer << 1) ^ (integer >> 31)) >>> 0);
  }

  #string(value: string): void {
    const { length } = value;
    if (length <= SHORT_STRING && this.#ascii(value)) return;
    if (value.isWellFormed()) {
      this.#reserve(1 + Uint32Array.BYTES_PER_ELEMENT + length * 3);
      const start = this.#at + 1 + Uint32Array.BYTES_PER_ELEMENT;
      const { written } = utf8.encodeInto(value, this.#room.subarray(start));
      this.#room[this.#at] = Tag.utf8;
      this.#view.setUint32(this.#at + 1, written, true);
      this.#at = start + written;
      return;
    }
    this.#reserve(1 + Uint32Array.BYTES_PER_ELEMENT + length * 2);
    this.#room[this.#at] = Tag.utf16;
    this.#view.setUint32(this.#at + 1, length, true);
    this.#at += 1 + Uint32Array.BYTES_PER_ELEMENT;
    for (let index = 0; index < length; index++, this.#at += 2) {
      this.#view.setUint16(this.#at, value.charCodeAt(index), true);
    }
  }

  /** Writes a short string if it is ASCII; its length takes one byte. */
  #ascii(value: string): boolean {
    const { length } = value;
    this.#reserve(2 + length);
    const room = this.#room;
    const start = this.#at + 2;
    for (let index = 0; index < length; index++) {
      const code = value.charCodeAt(index);
      if (code > 0x7f) return false;
      room[start + index] = code;
    }
    room[this.#at] = Tag.ascii;
    room[this.#at + 1] = length;
    this.#at = start + length;
    return true;
  }

  #bigint(value: bigint): void {
    if (BigInt.asIntN(64, value) === value) {
      this.#byte(Tag.long);
      this.#reserve(BigInt64Array.BYTES_PER_ELEMENT);
      this.#view.setBigInt64(this.#at, value, true);
      this.#at += BigInt64Array.BYTES_PER_ELEMENT;
      return;
    }
    this.#byte(Tag.bigint);
    this.#byte(value < 0n ? 1 : 0);
    const digits = (value < 0n ? -value : value).toString(16);
    const even = digits.length % 2 === 0 ? digits : `0${digits}`;
    this.#bytes(Uint8Array.from({ length: even.length / 2 }, (_, at) => parseInt(even.slice(2 * at, 2 * at + 2), 16)));
  }

  #byte(byte: number): void {
    this.#reserve(1);
    this.#room[this.#at++] = byte;
  }

  #float(value: number): void {
    this.#reserve(Float64Array.BYTES_PER_ELEMENT);
    this.#view.setFloat64(this.#at, value, true);
    this.#at += Float64Array.BYTES_PER_ELEMENT;
  }

  #length(value: number): void {
    this.#reserve(VARINT_BYTES);
    let rest = value;
    for (; rest > 0x7f; rest = Math.floor(rest / 0x80)) this.#room[this.#at++] = (rest % 0x80) | 0x80;
    this.#room[this.#at++] = rest;
  }

  #bytes(bytes: Uint8Array): void {
    this.#length(bytes.length);
    this.#reserve(bytes.length);
    this.#room.set(bytes, this.#at);
    this.#at += bytes.length;
  }

  #reserve(count: number): void {
    const wanted = this.#at + count;
    if (wanted <= this.#room.length) return;
    const room = new Uint8Array(Math.max(2 * this.#room.length, wanted));
    room.set(this.#room.subarray(0, this.#at));
    this.#useRoom(room);
  }

  #useRoom(room: Uint8Array<ArrayBuffer>): void {
    this.#room = room;
    this.#view = new DataView(room.buffer);
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
