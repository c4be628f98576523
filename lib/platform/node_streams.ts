/**
 * The standard streams of a guest in Node and Bun: stdin and stdout belong to the protocol, or to whoever started the
 * run.
 *
 * - Reading blocks in the kernel: a child's stdin is a socket that blocks as long as no stream of the runtime has
 *   touched it, so this realm's `process.stdin` is replaced.
 * - Printing is synchronous, because a guest blocks its event loop, and a worker's own streams depend on the main
 *   thread's.
 */

import { Console } from "node:console";
import * as fs from "node:fs";
import { process } from "./node_global.ts";
import { Readable, Writable } from "node:stream";
import { isMainThread } from "node:worker_threads";
import type { OwnStreams } from "./platform.ts";

const [STDIN, STDOUT, STDERR] = [0, 1, 2];

/**
 * Takes both streams: anyone else who reads stdin gets its end at once, and printing goes to stderr. Code that reads or
 * writes by file descriptor (`node:fs`) cannot be redirected: reading takes bytes meant for the guest, and may block.
 */
export function ownStreams(): OwnStreams {
  replace("stdin", Readable.from([]));
  printToStderr();
  return {
    read: (into) => readInput(into) || null,
    write: (bytes) => writeOutput(STDOUT, bytes),
  };
}

/** Writes to stderr as much as it accepts; there is nowhere to report an error. */
export function writeToStderr(text: string): void {
  const bytes = new TextEncoder().encode(text);
  try {
    for (let at = 0; at < bytes.length;) at += writeOutput(STDERR, bytes.subarray(at));
  } catch {
    // Nobody reads it.
  }
}

/** Redirects everything that this realm prints to stderr. */
export function printToStderr(): void {
  const error = new Writable({
    write(chunk: Uint8Array, _encoding, done) {
      for (let at = 0; at < chunk.length;) at += writeOutput(STDERR, chunk.subarray(at));
      done();
    },
  });
  for (const stream of ["stdout", "stderr"] as const) {
    // A worker passes on what its own streams receive, so the streams stay. Those of a process must not be touched: the
    // process reads and writes through blocking descriptors, and touching the streams would make them non-blocking.
    if (isMainThread) replace(stream, error);
    else process[stream].write = error.write.bind(error) as typeof error.write;
  }
  const printers = new Console(error, error);
  for (const [name, print] of Object.entries(printers)) {
    if (typeof print === "function") Reflect.set(console, name, print);
  }
}

function replace(name: "stdin" | "stdout" | "stderr", value: Readable | Writable): void {
  Object.defineProperty(process, name, { value, configurable: true, enumerable: true });
}

/** Waits for bytes; returns 0 at the end of the stream. */
function readInput(into: Uint8Array): number {
  try {
    return fs.readSync(STDIN, into);
  } catch (error) {
    const code = codeOf(error);
    if (code === "EOF") return 0;
    if (code !== "EAGAIN") throw error;
    throw new TypeError(
      "Cannot wait for the host: a program that inherited stdin made it non-blocking, a stdin of its own is wanted",
      {
        cause: error,
      },
    );
  }
}

/** Writes part of the bytes, even if somebody else has made the stream non-blocking. */
function writeOutput(stream: number, bytes: Uint8Array): number {
  for (;;) {
    try {
      return fs.writeSync(stream, bytes);
    } catch (error) {
      if (codeOf(error) !== "EAGAIN") throw error;
    }
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}
