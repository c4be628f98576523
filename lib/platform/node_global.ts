/**
 * The global `process` of Node and Bun. Importing `node:process` would read all its properties, including
 * `process.stdin`, after which that stream no longer blocks; but a guest that waits for its host must block on it.
 */

/** The global `process`. */
export const process: typeof import("node:process") = Reflect.get(globalThis, "process");
