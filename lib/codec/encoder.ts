/**
 * The encoding half of the codec.
 *
 * - An encoder keeps a buffer of at most 1 MiB from one value to the next, and no references to the values.
 * - A value that cannot be cloned is rejected with the path to it, such as `value.a[3]`.
 * - Objects may be nested at most {@linkcode MAX_DEPTH} deep.
 */

import { UncloneableError } from "../errors.ts";
import { ByteWriter } from "./byte_writer.ts";
import { extraKeys, hasOnlyItems, isIndex } from "./own_keys.ts";
import { KEY, type PathStep, pathText } from "./path.ts";
import { ObjectNumbers } from "./object_numbers.ts";
import { ERROR_CLASSES, ERROR_LINKS, ERROR_TEXTS, MAX_DEPTH, Tag, VIEW_KINDS } from "./tags.ts";

const viewKinds = new Map<string, number>(VIEW_KINDS.map((name, kind) => [name, kind]));

const BOXES = [Number, String, Boolean, BigInt];

/** Writes one kind of object. */
type Write = (this: Encoder, value: never) => void;

/** Thrown and caught in this file when a buffer that was written in part occurs again. */
const SENT_IN_PART = new Error("a buffer sent in part comes up again");

/** How many steps are shown of the path to a value that is nested too deeply. */
const SHOWN_STEPS = 8;

const NOTHING: readonly object[] = [];

/** Encodes values as bytes. */
export class Encoder {
  readonly #out = new ByteWriter();
  // The table of all objects begun, with their numbers.
  readonly #numbers = new ObjectNumbers();
  // The buffers in the table of which only a part was written.
  readonly #parts = new Set<object>();
  // The path to the current object, one step per level.
  readonly #path: PathStep[] = [];
  // Whether a view on part of its buffer carries the whole buffer, because the value contains the buffer more than
  // once.
  #wholeBuffers = false;
  #moved: readonly object[] = NOTHING;

  /** The size of the buffer that the encoder keeps, in bytes. */
  get room(): number {
    return this.#out.room;
  }

  /**
   * Encodes a value into the encoder's own buffer, which the next call overwrites. The `moved` objects travel
   * separately from the bytes, which refer to them by their index.
   *
   * @throws {UncloneableError} if some part cannot be cloned.
   * @throws {RangeError} if objects are nested deeper than {@linkcode MAX_DEPTH}.
   */
  encode(value: unknown, moved: readonly object[] = NOTHING): Uint8Array<ArrayBuffer> {
    this.#moved = moved;
    this.#wholeBuffers = false;
    try {
      this.#value(value);
      return this.#out.written();
    } catch (error) {
      if (error !== SENT_IN_PART) throw error;
      this.#forget();
      this.#wholeBuffers = true;
      this.#value(value);
      return this.#out.written();
    } finally {
      this.#forget();
    }
  }

  #forget(): void {
    this.#out.restart();
    this.#numbers.clear();
    if (this.#parts.size > 0) this.#parts.clear();
    if (this.#path.length > 0) this.#path.length = 0;
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
    const number = this.#numbers.numberOf(value);
    if (number >= 0) return this.#back(value, number);
    if (this.#path.length >= MAX_DEPTH) this.#refuseDepth();
    if (this.#moved.length > 0 && this.#moved.includes(value)) return this.#move(value);
    if (Array.isArray(value)) return this.#array(value);
    const prototype = Object.getPrototypeOf(value);
    if (prototype === Object.prototype) return this.#plain(Tag.object, value);
    if (prototype === null) return this.#plain(Tag.bare, value);
    if (ArrayBuffer.isView(value)) return this.#bufferView(value);
    const write = this.#formOf(value);
    if (write === undefined) return this.#instance(value);
    this.#withExtras(value, () => write.call(this, value as never));
  }

  #formOf(value: object): Write | undefined {
    if (value instanceof Error) return this.#error;
    if (value instanceof Map) return this.#map;
    if (value instanceof Set) return this.#set;
    if (value instanceof ArrayBuffer) return this.#buffer;
    if (value instanceof Date) return this.#date;
    if (value instanceof RegExp) return this.#regexp;
    return BOXES.some((box) => value instanceof box) ? this.#boxed : undefined;
  }

  /** Writes an object, and its additional properties. */
  #withExtras(value: object, write: () => void): void {
    const keys = extraKeys(value);
    if (keys.length === 0) return write();
    this.#out.byte(Tag.named);
    write();
    this.#properties(value, keys);
  }

  #plain(tag: number, value: object): void {
    this.#out.byte(tag);
    this.#properties(value, Object.keys(value));
  }

  /**
   * Handles an instance by its tag, which reveals whether it is data: a Promise, a WeakMap, a URL or shared memory is
   * not.
   */
  #instance(value: object): void {
    const tag = tagOf(value);
    if (tag !== "Object") this.#refuse(`${/^[AEIO]/.test(tag) ? "an" : "a"} ${tag}`);
    this.#plain(Tag.object, value);
  }

  #properties(value: object, keys: readonly string[]): void {
    this.#out.length(keys.length);
    for (const key of keys) {
      this.#out.string(key);
      this.#item(key, (value as Record<string, unknown>)[key]);
    }
  }

  #item(step: PathStep, item: unknown): void {
    if (typeof item === "number") return this.#out.number(item);
    if (typeof item === "string") return this.#out.string(item);
    this.#path.push(step);
    this.#value(item);
    this.#path.pop();
  }

  #array(array: readonly unknown[]): void {
    const { length } = array;
    let filled = 0;
    while (filled < length && (array[filled] !== undefined || filled in array)) filled++;
    if (filled < length) return this.#withExtras(array, () => this.#sparse(array));
    if (hasOnlyItems(array)) return this.#dense(array);
    this.#withExtras(array, () => this.#dense(array));
  }

  #dense(array: readonly unknown[]): void {
    const { length } = array;
    this.#out.byte(Tag.array);
    this.#out.length(length);
    for (let index = 0; index < length; index++) this.#item(index, array[index]);
  }

  #sparse(array: readonly unknown[]): void {
    const indices = Object.keys(array).filter(isIndex).map(Number);
    this.#out.byte(Tag.sparse);
    this.#out.length(array.length);
    this.#out.length(indices.length);
    for (const index of indices) {
      this.#out.length(index);
      this.#item(index, array[index]);
    }
  }

  #map(map: Map<unknown, unknown>): void {
    const entries = this.#inside(() => [...Map.prototype.entries.call(map)]);
    this.#out.byte(Tag.map);
    this.#out.length(entries.length);
    for (const [key, value] of entries) {
      this.#item(KEY, key);
      this.#item({ get: key }, value);
    }
  }

  #set(set: Set<unknown>): void {
    const items = this.#inside(() => [...Set.prototype.values.call(set)]);
    this.#out.byte(Tag.set);
    this.#out.length(items.length);
    for (const item of items) this.#item(KEY, item);
  }

  #date(date: Date): void {
    this.#out.byte(Tag.date);
    this.#out.float(this.#inside(() => Date.prototype.getTime.call(date)));
  }

  #regexp(regexp: RegExp): void {
    const [source, flags] = this.#inside(() => [regexp.source, regexp.flags]);
    this.#out.byte(Tag.regexp);
    this.#out.string(source);
    this.#out.string(flags);
    this.#item("lastIndex", regexp.lastIndex);
  }

  #boxed(box: object): void {
    const { prototype } = BOXES.find((of) => box instanceof of) ?? Object;
    this.#out.byte(Tag.boxed);
    this.#value(this.#inside(() => Reflect.apply(prototype.valueOf, box, [])));
  }

  #error(error: Error): void {
    const kind = ERROR_CLASSES.findIndex((errorClass) => errorClass !== Error && error instanceof errorClass);
    this.#out.byte(Tag.error);
    this.#out.byte(Math.max(kind, 0));
    // A DOMException inherits these from its prototype.
    for (const key of ERROR_TEXTS) this.#item(key, Reflect.get(error, key));
    for (const key of ERROR_LINKS) {
      if (isHidden(error, key)) this.#item(key, Reflect.get(error, key));
      else this.#out.byte(Tag.absent);
    }
  }

  #buffer(buffer: ArrayBuffer): void {
    this.#checkBuffer(buffer, "");
    this.#out.byte(Tag.buffer);
    this.#out.bytes(new Uint8Array(buffer));
  }

  /**
   * A view carries the bytes that it covers. Its additional properties are not looked for, which would take as long as
   * checking every item.
   */
  #bufferView(view: ArrayBufferView): void {
    const { buffer, byteOffset, byteLength } = view;
    if (!(buffer instanceof ArrayBuffer)) return this.#refuse("a view on shared memory");
    const isMoved = this.#moved.includes(buffer);
    if (!isMoved) this.#checkBuffer(buffer, "a view on ");
    const kind = viewKinds.get(tagOf(view));
    if (kind === undefined) return this.#refuse("a view of an unknown kind");
    const isPart = byteLength < buffer.byteLength;
    if ((isPart && this.#wholeBuffers) || isMoved || this.#numbers.has(buffer)) {
      this.#out.byte(Tag.view);
      this.#out.byte(kind);
      this.#out.length(byteOffset);
      this.#out.length(byteLength);
      return this.#item("buffer", buffer);
    }
    this.#numbers.numberOf(buffer);
    if (isPart) this.#parts.add(buffer);
    this.#out.byte(Tag.ownView);
    this.#out.byte(kind);
    this.#out.bytes(new Uint8Array(buffer, byteOffset, byteLength));
  }

  #move(value: object): void {
    // A buffer that is rejected elsewhere is rejected here, too.
    if (value instanceof ArrayBuffer) this.#checkBuffer(value, "");
    this.#out.byte(Tag.moved);
    this.#out.length(this.#moved.indexOf(value));
  }

  #back(value: object, number: number): void {
    if (this.#parts.size > 0 && this.#parts.has(value)) throw SENT_IN_PART;
    this.#out.byte(Tag.back);
    this.#out.length(number);
  }

  #checkBuffer(buffer: ArrayBuffer, on: string): void {
    if (this.#inside(() => buffer.detached)) this.#refuse(`${on}a detached buffer`);
    // The receiver would have to reserve its maximum size, and which views track its length cannot be determined here.
    if (buffer.resizable) this.#refuse(`${on}a resizable buffer`);
  }

  /** Reads the internals of an object; rejects one that merely inherits from its class. */
  #inside<T>(read: () => T): T {
    try {
      return read();
    } catch {
      return this.#refuse("an object that only inherits from its class");
    }
  }

  #refuse(what: string): never {
    throw new UncloneableError(`Cannot encode: ${pathText(this.#path)} is ${what}, a cloneable value is wanted`);
  }

  #refuseDepth(): never {
    const path = pathText(this.#path.slice(0, SHOWN_STEPS));
    throw new RangeError(`Cannot encode: ${path}... is ${MAX_DEPTH + 1} objects deep, at most ${MAX_DEPTH} are wanted`);
  }
}

function isHidden(error: Error, key: string): boolean {
  return Object.hasOwn(error, key) && !Object.prototype.propertyIsEnumerable.call(error, key);
}

function tagOf(value: object): string {
  return Object.prototype.toString.call(value).slice("[object ".length, -1);
}
