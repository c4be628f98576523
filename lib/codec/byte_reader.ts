/**
 * Reads bytes: the primitives of decoding.
 */

/** The size of the largest bigint: 2 ** 30 bits. */
const MOST_BIGINT_BYTES = 2 ** 27;
const SHORT_STRING = 24;
/** Recently read short strings, indexed by a hash of their length and their first and last bytes. */
const READ_LATELY = 256;
const lately: string[] = Array.from({ length: READ_LATELY }, () => "");

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Reads bytes in order; throws a `TypeError` for anything missing or too large. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  // The bytes before #at have been read; the available bytes end at #end.
  #at = 0;
  #end: number;

  /** Creates a reader of all the bytes, which must be in unshared memory. */
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#end = bytes.length;
  }

  /** Starts over with a part of the bytes. */
  seek(from: number, end: number): void {
    this.#at = from;
    this.#end = end;
  }

  /** Throws unless everything has been read. */
  end(): void {
    if (this.#at < this.#end) throw this.corrupt("the value's end", "the end of the bytes");
  }

  /** Reads the next byte if it equals `byte`; returns whether it does. */
  skipIf(byte: number): boolean {
    if (this.#at >= this.#end || this.#bytes[this.#at] !== byte) return false;
    this.#at++;
    return true;
  }

  /** Reads a 32-bit length and that many bytes of UTF-8. */
  utf8(): string {
    return utf8.decode(this.take(this.uint32()));
  }

  /** Reads a 64-bit bigint. */
  long(): bigint {
    const at = this.#at;
    this.#skip(BigInt64Array.BYTES_PER_ELEMENT);
    return this.#view.getBigInt64(at, true);
  }

  /** Reads a length and a string of bytes below 128. */
  ascii(): string {
    const length = this.count();
    if (length > SHORT_STRING) return utf8.decode(this.take(length));
    const at = this.#at;
    this.#skip(length);
    // Keys of objects repeat often: a recently read string is found without being created again.
    const place = (length * 31 + (this.#bytes[at] ?? 0) * 7 + (this.#bytes[at + length - 1] ?? 0)) % READ_LATELY;
    const known = lately[place];
    if (known?.length === length && this.#isAt(at, known)) return known;
    let text = "";
    for (let index = 0; index < length; index++) text += String.fromCharCode(this.#bytes[at + index] ?? 0);
    lately[place] = text;
    return text;
  }

  /** Reads a 32-bit count and that many UTF-16 code units. */
  utf16(): string {
    const length = this.uint32();
    const bytes = new DataView(this.copy(length * 2));
    const pieces: string[] = [];
    for (let index = 0; index < length; index++) pieces.push(String.fromCharCode(bytes.getUint16(index * 2, true)));
    return pieces.join("");
  }

  /** Reads a sign and a magnitude. */
  bigint(): bigint {
    const negative = this.byte() === 1;
    const length = this.length(Math.min(this.#end - this.#at, MOST_BIGINT_BYTES));
    const digits = Array.from(this.take(length), (byte) => byte.toString(16).padStart(2, "0"));
    const magnitude = BigInt(`0x0${digits.join("")}`);
    return negative ? -magnitude : magnitude;
  }

  /** Reads a byte. */
  byte(): number {
    const byte = this.#bytes[this.#at];
    if (byte === undefined || this.#at >= this.#end) throw this.corrupt("the end", "more bytes");
    this.#at++;
    return byte;
  }

  /** Reads a float64. */
  float(): number {
    const at = this.#at;
    this.#skip(Float64Array.BYTES_PER_ELEMENT);
    return this.#view.getFloat64(at, true);
  }

  /** Reads a 32-bit integer. */
  uint32(): number {
    const at = this.#at;
    this.#skip(Uint32Array.BYTES_PER_ELEMENT);
    return this.#view.getUint32(at, true);
  }

  /** Reads a varint that is at most `most`. */
  length(most: number): number {
    let byte = this.byte();
    let value = byte & 0x7f;
    for (let scale = 0x80; byte >= 0x80; scale *= 0x80) {
      if (scale > 2 ** 49) throw this.corrupt("a length without end", "at most 8 bytes");
      byte = this.byte();
      value += (byte & 0x7f) * scale;
    }
    if (value > most) throw this.corrupt(`length ${value}`, `at most ${most}`);
    return value;
  }

  /** Reads a count of items that take at least one byte each. */
  count(): number {
    return this.length(this.#end - this.#at);
  }

  /** Reads bytes, as a view. */
  take(length: number): Uint8Array {
    const at = this.#at;
    this.#skip(length);
    return this.#bytes.subarray(at, at + length);
  }

  /** Reads bytes into a new buffer. */
  copy(length: number): ArrayBuffer {
    return new Uint8Array(this.take(length)).buffer;
  }

  /** The error for invalid bytes at the current position. */
  corrupt(found: string, wanted: string): TypeError {
    return new TypeError(`Cannot decode: ${found} at byte ${this.#at} of ${this.#end}, ${wanted} is wanted`);
  }

  /** The error for objects nested too deeply. */
  tooDeep(most: number): RangeError {
    return new RangeError(`Cannot decode: objects nested deeper at byte ${this.#at}, at most ${most} deep is wanted`);
  }

  #isAt(at: number, text: string): boolean {
    for (let index = 0; index < text.length; index++) {
      if (this.#bytes[at + index] !== text.charCodeAt(index)) return false;
    }
    return true;
  }

  #skip(length: number): void {
    if (this.#at + length > this.#end) throw this.corrupt("the end", `${length} bytes`);
    this.#at += length;
  }
}
