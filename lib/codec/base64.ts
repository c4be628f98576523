/**
 * Bytes as text, in base64: where the language has no way of its own yet, by the one of the web.
 */

const hasBase64 = "fromBase64" in Uint8Array;

/** Bytes in base64. */
export function toBase64(bytes: Uint8Array): string {
  if (hasBase64) return bytes.toBase64();
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}

/**
 * The bytes of a text in base64.
 *
 * @throws {Error} if it is none.
 */
export function fromBase64(text: string): Uint8Array {
  if (hasBase64) return Uint8Array.fromBase64(text);
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
