/**
 * Stands in a browser for the built-in modules that some programs import: what they do with files cannot be done there.
 */

/** See `node:crypto`. */
export const createHash = refused;
/** See `node:fs`. */
export const readFileSync = refused;
/** See `node:fs`. */
export const realpathSync = refused;
/** See `node:fs`. */
export const statSync = refused;
/** See `node:fs/promises`. */
export const open = refused;
/** See `node:fs/promises`. */
export const readFile = refused;
/** See `node:fs/promises`. */
export const readdir = refused;
/** See `node:url`. */
export const fileURLToPath = refused;
/** See `node:process`. */
export default { memoryUsage: refused };

function refused(): never {
  throw new TypeError("Cannot read files: this is a browser, Deno is wanted");
}
