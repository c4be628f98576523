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

import { ByteReader } from "./byte_reader.ts";
import { ERROR_CLASSES, Tag, VIEW_KINDS } from "./tags.ts";

const MAX_ARRAY_LENGTH = 2 ** 32 - 1;

type ViewClass = new (buffer: ArrayBuffer, byteOffset: number, length: number) => ArrayBufferView;

const NOTHING: readonly unknown[] = [];

/** Reads one value from bytes. */
export class Decoder {
  readonly #in: ByteReader;
  // The table: every object that has been begun, by number.
  readonly #table: unknown[] = [];
  #moved: readonly unknown[] = NOTHING;

  /** Makes a decoder of all the bytes, which must be on unshared memory. */
  constructor(bytes: Uint8Array) {
    this.#in = new ByteReader(bytes);
  }

  /** The value; the bytes must end with it. `moved` is what came beside them. */
  decode(moved: readonly unknown[] = NOTHING): unknown {
    this.#moved = moved;
    const value = this.#value();
    this.#in.end();
    return value;
  }

  /** The value that a part of the bytes holds exactly. */
  decodePart(from: number, end: number, moved?: readonly unknown[]): unknown {
    this.#in.seek(from, end);
    if (this.#table.length > 0) this.#table.length = 0;
    return this.decode(moved);
  }

  #value(): unknown {
    const tag = this.#in.byte();
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
        const zigzag = this.#in.length(2 ** 32 - 1);
        return (zigzag >>> 1) ^ -(zigzag & 1);
      }
      case Tag.number:
        return this.#in.float();
      case Tag.ascii:
        return this.#in.ascii();
      case Tag.utf8:
        return this.#in.utf8();
      case Tag.utf16:
        return this.#in.utf16();
      case Tag.long:
        return this.#in.long();
      case Tag.bigint:
        return this.#in.bigint();
      case Tag.back:
        return this.#table[this.#in.length(this.#table.length - 1)];
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
        return this.#remember(this.#in.copy(this.#in.count()));
      case Tag.ownView:
        return this.#ownView();
      case Tag.view:
        return this.#bufferView();
      case Tag.map:
        return this.#map();
      case Tag.set:
        return this.#set();
      case Tag.date:
        return this.#remember(new Date(this.#in.float()));
      case Tag.regexp:
        return this.#regexp();
      case Tag.error:
        return this.#error();
      case Tag.moved: {
        const at = this.#in.length(2 ** 32 - 1);
        if (at >= this.#moved.length) throw this.#in.corrupt(`moved value ${at}`, `one of ${this.#moved.length}`);
        return this.#remember(this.#moved[at]);
      }
      case Tag.boxed: {
        const number = this.#reserve();
        const boxed: unknown = Object(this.#value());
        this.#table[number] = boxed;
        return boxed;
      }
      default:
        throw this.#in.corrupt(`tag ${tag}`, "a known tag");
    }
  }

  #plain(): object {
    const object = this.#remember<Record<string, unknown>>({});
    for (let count = this.#in.count(); count > 0; count--) {
      const key = this.#string();
      const value = this.#value();
      // Where Object.prototype has its __proto__ accessor, an assignment would set the prototype.
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
    for (let count = this.#in.count(); count > 0; count--) array.push(this.#value());
    return array;
  }

  #sparse(): unknown[] {
    const array = this.#remember<unknown[]>([]);
    array.length = this.#in.length(MAX_ARRAY_LENGTH);
    for (let count = this.#in.count(); count > 0; count--) {
      const index = this.#in.length(array.length - 1);
      array[index] = this.#value();
    }
    return array;
  }

  #map(): Map<unknown, unknown> {
    const map = this.#remember(new Map());
    for (let count = this.#in.count(); count > 0; count--) {
      const key = this.#value();
      map.set(key, this.#value());
    }
    return map;
  }

  #set(): Set<unknown> {
    const set = this.#remember(new Set());
    for (let count = this.#in.count(); count > 0; count--) set.add(this.#value());
    return set;
  }

  #regexp(): RegExp {
    const number = this.#reserve();
    const regexp = new RegExp(this.#string(), this.#string());
    this.#table[number] = regexp;
    return regexp;
  }

  #error(): Error {
    const errorClass = ERROR_CLASSES[this.#in.byte()];
    if (errorClass === undefined) throw this.#in.corrupt("a class of errors", "a known one");
    const error: Error = this.#remember(Reflect.construct(errorClass, errorClass === AggregateError ? [[]] : []));
    const name = this.#string();
    if (name !== error.name) defineHidden(error, "name", name);
    for (const key of ["message", "stack", "cause", "errors"]) {
      if (!this.#in.skipIf(Tag.absent)) defineHidden(error, key, this.#value());
    }
    return error;
  }

  #ownView(): ArrayBufferView {
    const number = this.#reserve();
    const viewClass = this.#viewClass();
    const length = this.#in.count();
    const buffer = this.#remember(this.#in.copy(length));
    const view = viewOn(viewClass, { buffer, offset: 0, length });
    this.#table[number] = view;
    return view;
  }

  #bufferView(): ArrayBufferView {
    const number = this.#reserve();
    const viewClass = this.#viewClass();
    const offset = this.#in.length(Number.MAX_SAFE_INTEGER);
    const length = this.#in.length(Number.MAX_SAFE_INTEGER);
    const buffer = this.#value();
    if (!(buffer instanceof ArrayBuffer)) throw this.#in.corrupt("a view on no buffer", "a buffer");
    const view = viewOn(viewClass, { buffer, offset, length });
    this.#table[number] = view;
    return view;
  }

  #viewClass(): ViewClass {
    const kind = VIEW_KINDS[this.#in.byte()];
    if (kind === undefined) throw this.#in.corrupt("a kind of view", "a known one");
    return globalThis[kind] as ViewClass;
  }

  #string(): string {
    const value = this.#value();
    if (typeof value !== "string") throw this.#in.corrupt(`a ${typeof value}`, "a string");
    return value;
  }

  #remember<T>(value: T): T {
    this.#table.push(value);
    return value;
  }

  #reserve(): number {
    return this.#table.push(undefined) - 1;
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
