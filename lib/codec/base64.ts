/**
 * Bytes as base64 text, by the methods of `Uint8Array` where available, else by those of the web.
 */

const hasBase64 = "fromBase64" in Uint8Array;

/** Encodes bytes as base64. */
export function toBase64(bytes: Uint8Array): string {
  if (hasBase64) return bytes.toBase64();
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}

/**
 * Decodes base64 text.
 *
 * @throws {Error} if the text is not base64.
 */
export function fromBase64(text: string): Uint8Array {
  if (hasBase64) return Uint8Array.fromBase64(text);
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
