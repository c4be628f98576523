/**
 * What a guest prints in Node and Bun: it goes to stderr at once, since stdout belongs to whoever started the run.
 */

import { Console } from "node:console";
import * as fs from "node:fs";
import process from "node:process";
import { Writable } from "node:stream";

const STDERR = 2;

/** Sends everything that this realm prints to stderr. */
export function printToStderr(): void {
  const error = new Writable({
    decodeStrings: true,
    // At once: a guest blocks its event loop, and a worker's own streams go by that of the main thread.
    write(chunk: Uint8Array, _encoding, done) {
      writeAll(chunk);
      done();
    },
  });
  const printers = new Console(error, error);
  for (const [name, print] of Object.entries(printers)) {
    if (typeof print === "function") Reflect.set(console, name, print);
  }
  for (const name of ["stdout", "stderr"]) {
    Object.defineProperty(process, name, { value: error, configurable: true, enumerable: true });
  }
}

function writeAll(bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) {
    try {
      at += fs.writeSync(STDERR, bytes, at);
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "EAGAIN")) return;
    }
  }
}
