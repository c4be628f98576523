/**
 * The decoding half of the codec.
 *
 * - Bytes that no encoder wrote throw a `TypeError` or `RangeError`, after an amount of work and memory bounded by
 *   their number.
 * - A key such as `__proto__` is an ordinary property: no bytes can change a prototype.
 * - Nothing that is decoded shares memory with the bytes.
 */

import { ByteReader } from "./byte_reader.ts";
import { ERROR_CLASSES, ERROR_LINKS, ERROR_TEXTS, MAX_DEPTH, Tag, VIEW_KINDS } from "./tags.ts";

const MAX_ARRAY_LENGTH = 2 ** 32 - 1;
/**
 * A sparse array longer than this, and much longer than its bytes, is created in a form that uses no memory for holes.
 */
const SHORT_SPARSE = 1024;

type ViewClass = new (buffer: ArrayBuffer, byteOffset: number, length: number) => ArrayBufferView;

const NOTHING: readonly object[] = [];

/** Decodes values from bytes. */
export class Decoder {
  readonly #in: ByteReader;
  // The table of all objects begun, by number; an entry is undefined until the parts that create the object have been
  // read.
  readonly #table: unknown[] = [];
  // The nesting depth of the current value.
  #depth = 0;
  #moved: readonly object[] = NOTHING;

  /** Creates a decoder of all the bytes, which must be in unshared memory. */
  constructor(bytes: Uint8Array) {
    this.#in = new ByteReader(bytes);
  }

  /** Decodes a value that takes up all the bytes; `moved` are the objects that came separately. */
  decode(moved: readonly object[] = NOTHING): unknown {
    this.#moved = moved;
    try {
      const value = this.#value();
      this.#in.end();
      return value;
    } finally {
      this.#depth = 0;
      if (this.#table.length > 0) this.#table.length = 0;
    }
  }

  /** Decodes a value that takes up exactly a part of the bytes. */
  decodePart(from: number, end: number, moved?: readonly object[]): unknown {
    this.#in.seek(from, end);
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
      default: {
        if (this.#depth === MAX_DEPTH) throw this.#in.tooDeep(MAX_DEPTH);
        this.#depth++;
        const object = tag === Tag.named ? this.#named() : this.#object(tag);
        this.#depth--;
        return object;
      }
    }
  }

  #object(tag: number): object {
    switch (tag) {
      case Tag.object:
        return this.#properties(this.#remember({}));
      case Tag.bare:
        return this.#properties(this.#remember(Object.create(null)));
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
        const moved = this.#moved[at];
        if (moved === undefined) throw this.#in.corrupt(`moved value ${at}`, `one of ${this.#moved.length}`);
        return this.#remember(moved);
      }
      case Tag.boxed:
        return this.#boxed();
      default:
        throw this.#in.corrupt(`tag ${tag}`, "a known tag");
    }
  }

  #properties(object: Record<string, unknown>): object {
    for (let count = this.#in.count(); count > 0; count--) {
      const key = this.#string();
      const value = this.#value();
      // If Object.prototype has its __proto__ accessor, an assignment would set the prototype.
      if (key === "__proto__") define(object, key, { value, enumerable: true });
      else object[key] = value;
    }
    return object;
  }

  #named(): object {
    const object = this.#object(this.#in.byte());
    for (let count = this.#in.count(); count > 0; count--) {
      define(object, this.#string(), { value: this.#value(), enumerable: true });
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
    const length = this.#in.length(MAX_ARRAY_LENGTH);
    let count = this.#in.count();
    // An array that once had the maximum length is stored without room for holes, and stays so when it is shortened.
    if (length > SHORT_SPARSE && length > count * 4) array.length = MAX_ARRAY_LENGTH;
    array.length = length;
    for (; count > 0; count--) {
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
    const regexp = this.#patternOf(this.#string(), this.#string());
    this.#table[number] = regexp;
    Reflect.set(regexp, "lastIndex", this.#value());
    return regexp;
  }

  #patternOf(source: string, flags: string): RegExp {
    try {
      return new RegExp(source, flags);
    } catch {
      throw this.#in.corrupt("an expression that is none", "a regular one");
    }
  }

  #boxed(): object {
    const number = this.#reserve();
    const value = this.#value();
    if (typeof value === "object" || value === undefined) {
      throw this.#in.corrupt("a box of no primitive", "a primitive");
    }
    return this.#table[number] = Object(value);
  }

  #error(): Error {
    const errorClass = ERROR_CLASSES[this.#in.byte()];
    if (errorClass === undefined) throw this.#in.corrupt("a class of errors", "a known one");
    const error = this.#remember(new Error());
    if (errorClass !== Error) Object.setPrototypeOf(error, errorClass.prototype);
    for (const key of ERROR_TEXTS) {
      const value = this.#value();
      if (key !== "name" || value !== error.name) define(error, key, { value, enumerable: false });
    }
    for (const key of ERROR_LINKS) {
      if (!this.#in.skipIf(Tag.absent)) define(error, key, { value: this.#value(), enumerable: false });
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
    const viewClass = kind === undefined ? undefined : globalThis[kind];
    if (viewClass === undefined) throw this.#in.corrupt("a kind of view", "a known one");
    return viewClass;
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
  if (length % itemBytes !== 0) {
    throw new RangeError(`Cannot decode: a view of ${length} bytes, a multiple of ${itemBytes} is wanted`);
  }
  return new viewClass(buffer, offset, length / itemBytes);
}

function define(object: object, key: string, { value, enumerable }: { value: unknown; enumerable: boolean }): void {
  Object.defineProperty(object, key, { value, enumerable, writable: true, configurable: true });
}
