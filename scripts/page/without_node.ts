/**
 * Stands in a browser for the built-in modules that some programs import: what they do with files cannot be done there.
 */

/** See `node:crypto`. */
export const createHash = refused;
/** See `node:url`. */
export const fileURLToPath = refused;

function refused(): never {
  throw new TypeError("Cannot read files: this is a browser, Deno is wanted");
}
