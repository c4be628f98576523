/**
 * The global `process` of Node and Bun. Importing `node:process` would read all that it has, also `process.stdin`: from then on
 * that stream does not block, and a guest that waits for its host has to block on it.
 */

export const process: typeof import("node:process") = Reflect.get(globalThis, "process");
