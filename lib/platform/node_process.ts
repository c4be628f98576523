/**
 * Child processes of Node and Bun, with web byte streams.
 *
 * - The child reads and writes its ends of the pipes by blocking, without its event loop.
 * - A child's output is read only as fast as its reader requests.
 */

import { type ChildProcess, type ChildProcessByStdio, spawn } from "node:child_process";
import { process } from "./node_global.ts";
import type { Readable, Writable } from "node:stream";
import type { Child, ChildOptions, ChildStatus, RunEnd } from "./platform.ts";

/** The most bytes that may wait for their reader. */
const MOST_WAITING = 1 << 20;
/** The exit code recorded for a child that was ended by a signal. */
const SIGNALED = 128;

/** Starts this runtime's executable with other arguments. */
export function startChild({ args, env = {}, cwd, printed = "inherit" }: ChildOptions): Child {
  const child = spawn(process.execPath, [...args], {
    env: { ...process.env, ...env },
    stdio: ["pipe", "pipe", printed === "piped" ? "pipe" : printed],
    ...cwd === undefined ? {} : { cwd },
  }) as ChildProcessByStdio<Writable, Readable, Readable | null>;
  return {
    ...child.stderr === null ? {} : { printed: bytesOf(child.stderr) },
    readable: bytesOf(child.stdout),
    writable: sinkOf(child.stdin),
    status: statusOf(child),
    // Returns false if it has already ended.
    kill: (signal) => void child.kill(signal),
  };
}

/** Runs this runtime's executable with other arguments until it ends. */
export async function runChild({ args, env = {}, cwd }: ChildOptions): Promise<RunEnd> {
  const child = spawn(process.execPath, [...args], {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
    ...cwd === undefined ? {} : { cwd },
  });
  const [{ code }, stdout, stderr] = await Promise.all([
    statusOf(child),
    new Response(bytesOf(child.stdout)).bytes(),
    new Response(bytesOf(child.stderr)).text(),
  ]);
  return { code, stdout, stderr };
}

/** How it ended; rejects if it could not be started. */
function statusOf(child: ChildProcess): Promise<ChildStatus> {
  return new Promise((resolve, reject) => {
    child.on("exit", (code, signal) => resolve({ code: code ?? SIGNALED, signal }));
    child.on("error", reject);
  });
}

function bytesOf(stream: Readable): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new ReadableStream({
    type: "bytes",
    start(controller) {
      const end = (): void => {
        stream.removeAllListeners();
        // A stream being torn down may emit errors that nobody handles.
        stream.on("error", () => {});
        try {
          controller.close();
          controller.byobRequest?.respond(0);
        } catch {
          // Its reader has canceled.
        }
      };
      stream.on("data", (bytes: Uint8Array) => {
        controller.enqueue(new Uint8Array(bytes));
        if ((controller.desiredSize ?? 0) <= 0) stream.pause();
      });
      stream.on("end", end);
      stream.on("close", end);
      stream.on("error", end);
    },
    pull: () => void stream.resume(),
    cancel: () => void stream.destroy(),
  }, { highWaterMark: MOST_WAITING });
}

function sinkOf(stream: Writable): WritableStream<Uint8Array<ArrayBuffer>> {
  // The writer gets the error.
  stream.on("error", () => {});
  return new WritableStream({
    write(bytes) {
      return new Promise((resolve, reject) => {
        stream.write(bytes, (error) => error === null || error === undefined ? resolve() : reject(error));
      });
    },
    close: () => void stream.end(),
    abort: () => void stream.destroy(),
  });
}
