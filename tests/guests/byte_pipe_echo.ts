/**
 * A worker that reads bytes from a pipe and writes them to another, with a checksum.
 *
 * @module
 */

/// <reference lib="webworker" />

import { BytePipe, type BytePipeHandle } from "../../lib/memory/mod.ts";

/** What the worker is asked: to carry so many bytes. */
export interface EchoRequest {
  readonly there: BytePipeHandle;
  readonly back: BytePipeHandle;
  readonly size: number;
}

/** What it answers: that there is something to do, or, at the end, the checksum of what it read. */
export type EchoReply = "bell" | { readonly sum: number };

const CHUNK = 1000;
const PRIME = 16777619;
/** How long a wait lasts at most, in milliseconds: longer than the test, so that a lost wake-up shows. */
const LONG = 100_000;

/** A checksum that depends on the order; `begin` is that of the bytes before. */
export function checksum(bytes: Uint8Array, begin: number = 0): number {
  let sum = begin;
  for (const byte of bytes) sum = Math.imul(sum ^ byte, PRIME);
  return sum;
}

if ("DedicatedWorkerGlobalScope" in globalThis) {
  self.onmessage = ({ data }: MessageEvent<EchoRequest>) => {
    const ring = () => self.postMessage("bell" satisfies EchoReply);
    const [there, back] = [new BytePipe(data.there, ring), new BytePipe(data.back, ring)];
    const chunk = new Uint8Array(CHUNK);
    let sum = 0;
    for (let read = 0; read < data.size;) {
      const count = there.read(chunk);
      if (count === 0) there.wait("reader", LONG);
      read += count;
      sum = checksum(chunk.subarray(0, count), sum);
      for (let sent = 0; sent < count;) {
        const wrote = back.write(chunk.subarray(sent, count));
        sent += wrote;
        if (wrote === 0) back.wait("writer", LONG);
      }
    }
    self.postMessage({ sum } satisfies EchoReply);
    self.close();
  };
}
