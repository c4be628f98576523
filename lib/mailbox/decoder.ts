/**
 * The reading half of the codec.
 *
 * - Bytes that no encoder wrote throw a `TypeError` or `RangeError`, after at most as much work as there are bytes.
 * - Nothing that is decoded shares memory with the bytes.
 *
 * @example
 * ```ts
 * import { Decoder } from "./decoder.ts";
 * import { Tag } from "./tags.ts";
 *
 * const decoded = new Decoder(Uint8Array.of(Tag.array, 2, Tag.null, Tag.true)).decode();
 * if (JSON.stringify(decoded) !== "[null,true]") throw new Error("two items are wanted");
 * ```
 *
 * @module
 */

import { ERROR_CLASSES, Tag, VIEW_KINDS } from "./tags.ts";

const SHORT_STRING = 24;
const MAX_ARRAY_LENGTH = 2 ** 32 - 1;

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

type ViewClass = new (buffer: ArrayBuffer, byteOffset: number, length: number) => ArrayBufferView;

/** Reads one value from bytes. */
export class Decoder {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  // The bytes before #at are read.
  #at = 0;
  // The table: every object that has been begun, by number.
  readonly #table: unknown[] = [];

  /** Makes a decoder of all the bytes, which must be on unshared memory. */
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  /** The value; the bytes must end with it. */
  decode(): unknown {
    const value = this.#value();
    if (this.#at === this.#bytes.length) return value;
    throw new TypeError(
      `Cannot decode: the value ends at byte ${this.#at} of ${this.#bytes.length}, no more is wanted`,
    );
  }

  #value(): unknown {
    const tag = this.#byte();
    switch (tag) {
      case Tag.undefined:
        return undefined;
      case Tag.null:
        return null;
      case Tag.false:
        return false;
      case Tag.true:
        return true;
      case Tag.integer: {
        const zigzag = this.#length(2 ** 32 - 1);
        return (zigzag >>> 1) ^ -(zigzag & 1);
      }
      case Tag.number:
        return this.#float();
      case Tag.ascii:
        return this.#ascii();
      case Tag.utf8:
        return utf8.decode(this.#take(this.#uint32()));
      case Tag.utf16:
        return this.#utf16();
      case Tag.long:
        return new DataView(this.#copy(BigInt64Array.BYTES_PER_ELEMENT)).getBigInt64(0, true);
      case Tag.bigint:
        return this.#bigint();
      case Tag.back:
        return this.#table[this.#length(this.#table.length - 1)];
      default:
        return this.#object(tag);
    }
  }

  #object(tag: number): unknown {
    switch (tag) {
      case Tag.object:
        return this.#plain();
      case Tag.array:
        return this.#array();
      case Tag.sparse:
        return this.#sparse();
      case Tag.buffer:
        return this.#remember(this.#copy(this.#count()));
      case Tag.ownView:
        return this.#ownView();
      case Tag.view:
        return this.#bufferView();
      case Tag.map:
        return this.#map();
      case Tag.set:
        return this.#set();
      case Tag.date:
        return this.#remember(new Date(this.#float()));
      case Tag.regexp:
        return this.#regexp();
      case Tag.error:
        return this.#error();
      case Tag.boxed: {
        const number = this.#reserve();
        const boxed: unknown = Object(this.#value());
        this.#table[number] = boxed;
        return boxed;
      }
      default:
        throw this.#corrupt(`tag ${tag}`, "a known tag");
    }
  }

  #plain(): object {
    const object = this.#remember<Record<string, unknown>>({});
    for (let count = this.#count(); count > 0; count--) {
      const key = this.#string();
      const value = this.#value();
      if (key === "__proto__") {
        Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
      } else {
        object[key] = value;
      }
    }
    return object;
  }

  #array(): unknown[] {
    const array = this.#remember<unknown[]>([]);
    for (let count = this.#count(); count > 0; count--) array.push(this.#value());
    return array;
  }

  #sparse(): unknown[] {
    const array = this.#remember<unknown[]>([]);
    array.length = this.#length(MAX_ARRAY_LENGTH);
    for (let count = this.#count(); count > 0; count--) {
      const index = this.#length(array.length - 1);
      array[index] = this.#value();
    }
    return array;
  }

  #map(): Map<unknown, unknown> {
    const map = this.#remember(new Map());
    for (let count = this.#count(); count > 0; count--) {
      const key = this.#value();
      map.set(key, this.#value());
    }
    return map;
  }

  #set(): Set<unknown> {
    const set = this.#remember(new Set());
    for (let count = this.#count(); count > 0; count--) set.add(this.#value());
    return set;
  }

  #regexp(): RegExp {
    const number = this.#reserve();
    const regexp = new RegExp(this.#string(), this.#string());
    this.#table[number] = regexp;
    return regexp;
  }

  #error(): Error {
    const errorClass = ERROR_CLASSES[this.#byte()];
    if (errorClass === undefined) throw this.#corrupt("a class of errors", "a known one");
    const error: Error = this.#remember(Reflect.construct(errorClass, errorClass === AggregateError ? [[]] : []));
    const name = this.#string();
    if (name !== error.name) defineHidden(error, "name", name);
    for (const key of ["message", "stack", "cause", "errors"]) {
      if (this.#bytes[this.#at] === Tag.absent) this.#at++;
      else defineHidden(error, key, this.#value());
    }
    return error;
  }

  #ownView(): ArrayBufferView {
    const number = this.#reserve();
    const viewClass = this.#viewClass();
    const length = this.#count();
    const buffer = this.#remember(this.#copy(length));
    const view = viewOn(viewClass, { buffer, offset: 0, length });
    this.#table[number] = view;
    return view;
  }

  #bufferView(): ArrayBufferView {
    const number = this.#reserve();
    const viewClass = this.#viewClass();
    const offset = this.#length(Number.MAX_SAFE_INTEGER);
    const length = this.#length(Number.MAX_SAFE_INTEGER);
    const buffer = this.#value();
    if (!(buffer instanceof ArrayBuffer)) throw this.#corrupt("a view on no buffer", "a buffer");
    const view = viewOn(viewClass, { buffer, offset, length });
    this.#table[number] = view;
    return view;
  }

  #viewClass(): ViewClass {
    const kind = VIEW_KINDS[this.#byte()];
    if (kind === undefined) throw this.#corrupt("a kind of view", "a known one");
    return globalThis[kind] as ViewClass;
  }

  #string(): string {
    const value = this.#value();
    if (typeof value !== "string") throw this.#corrupt(`a ${typeof value}`, "a string");
    return value;
  }

  #ascii(): string {
    const bytes = this.#take(this.#count());
    if (bytes.length > SHORT_STRING) return utf8.decode(bytes);
    let text = "";
    for (const byte of bytes) text += String.fromCharCode(byte);
    return text;
  }

  #utf16(): string {
    const length = this.#uint32();
    const bytes = new DataView(this.#copy(length * 2));
    const pieces: string[] = [];
    for (let index = 0; index < length; index++) pieces.push(String.fromCharCode(bytes.getUint16(index * 2, true)));
    return pieces.join("");
  }

  #bigint(): bigint {
    const negative = this.#byte() === 1;
    const digits = Array.from(this.#take(this.#count()), (byte) => byte.toString(16).padStart(2, "0"));
    const magnitude = BigInt(`0x0${digits.join("")}`);
    return negative ? -magnitude : magnitude;
  }

  #byte(): number {
    const byte = this.#bytes[this.#at];
    if (byte === undefined) throw this.#corrupt("the end", "more bytes");
    this.#at++;
    return byte;
  }

  #float(): number {
    const at = this.#at;
    this.#skip(Float64Array.BYTES_PER_ELEMENT);
    return this.#view.getFloat64(at, true);
  }

  #uint32(): number {
    const at = this.#at;
    this.#skip(Uint32Array.BYTES_PER_ELEMENT);
    return this.#view.getUint32(at, true);
  }

  /** A varint of at most `most`. */
  #length(most: number): number {
    let value = 0;
    for (let scale = 1;; scale *= 0x80) {
      const byte = this.#byte();
      value += (byte & 0x7f) * scale;
      if (value > most) throw this.#corrupt(`length ${value}`, `at most ${most}`);
      if (byte < 0x80) return value;
      if (scale > 2 ** 49) throw this.#corrupt("a length without end", "at most 8 bytes");
    }
  }

  /** A count of things that take at least a byte each. */
  #count(): number {
    return this.#length(this.#bytes.length - this.#at);
  }

  #take(length: number): Uint8Array {
    const at = this.#at;
    this.#skip(length);
    return this.#bytes.subarray(at, at + length);
  }

  #copy(length: number): ArrayBuffer {
    return new Uint8Array(this.#take(length)).buffer;
  }

  #skip(length: number): void {
    if (this.#at + length > this.#bytes.length) throw this.#corrupt("the end", `${length} bytes`);
    this.#at += length;
  }

  #remember<T>(value: T): T {
    this.#table.push(value);
    return value;
  }

  #reserve(): number {
    return this.#table.push(undefined) - 1;
  }

  #corrupt(found: string, wanted: string): TypeError {
    return new TypeError(`Cannot decode: ${found} at byte ${this.#at} of ${this.#bytes.length}, ${wanted} is wanted`);
  }
}

function viewOn(
  viewClass: ViewClass,
  { buffer, offset, length }: { buffer: ArrayBuffer; offset: number; length: number },
): ArrayBufferView {
  const itemBytes = "BYTES_PER_ELEMENT" in viewClass ? Number(viewClass.BYTES_PER_ELEMENT) : 1;
  return new viewClass(buffer, offset, length / itemBytes);
}

function defineHidden(target: object, key: string, value: unknown): void {
  Object.defineProperty(target, key, { value, writable: true, enumerable: false, configurable: true });
}
