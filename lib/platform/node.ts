/**
 * What runtimes do differently, as Node 24 and Bun do it.
 *
 * - A thread is a worker of `node:worker_threads`, whose `exit` event reports its end, whatever the cause.
 * - Both use the same modules; `process.versions.bun` tells them apart.
 */

import { AsyncLocalStorage } from "node:async_hooks";
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { process } from "./node_global.ts";
import { fileURLToPath, pathToFileURL } from "node:url";
import { inspect } from "node:util";
import { parentPort, type Transferable as NodeTransferable, Worker } from "node:worker_threads";
import { runChild, startChild } from "./node_process.ts";
import { ownStreams, printToStderr, writeToStderr } from "./node_streams.ts";
import type { OwnThread, Platform, Thread, ThreadListener, Transferable } from "./platform.ts";

const isBun = process.versions["bun"] !== undefined;

/** Whether this realm is in Node or Bun. */
export function isHere(): boolean {
  return Reflect.get(globalThis, "Deno") === undefined && process.versions.node !== undefined;
}

/** Web ports are Node ports, whose types have more members. */
function asNode(transfer: readonly Transferable[]): NodeTransferable[] {
  return [...transfer] as NodeTransferable[];
}

function startThread(
  url: string,
  { name, listener }: { readonly name: string; readonly listener: ThreadListener },
): Thread {
  const worker = new Worker(new URL(url), { name });
  let threw: string | undefined;
  worker.on("message", (data: unknown) => listener.message(data));
  worker.on("messageerror", () => listener.message(undefined));
  worker.on("error", (error: unknown) => void (threw = error instanceof Error ? error.message : String(error)));
  // Its last message may arrive one turn later.
  worker.on("exit", () => own.soon(() => listener.ended(threw)));
  return { send: (message, transfer = []) => worker.postMessage(message, asNode(transfer)) };
}

function ownThread(): Promise<OwnThread> {
  const port = parentPort;
  if (port === null) throw new TypeError("Cannot serve as a thread: this is the main thread, a worker is wanted");
  return Promise.resolve({
    send: (message, transfer = []) => port.postMessage(message, asNode(transfer)),
    // Messages wait for the first listener.
    listen: (message) => void port.on("message", message),
    close: () => process.exit(0),
  });
}

/** The parts that Node and Bun have. */
export const own: Platform = {
  name: isBun ? "Bun" : "Node",
  pid: process.pid,
  childless: undefined,
  threadless: undefined,
  fileless: undefined,
  startThread,
  ownThread,
  onUncaught(callback) {
    process.on("unhandledRejection", callback);
    process.on("uncaughtException", callback);
  },
  startChild,
  runChild,
  takeStreams: ownStreams,
  printToStderr,
  writeToStderr,
  // The same listener is added only once.
  onExit(callback) {
    if (!process.listeners("exit").includes(callback)) process.on("exit", callback);
  },
  exit: (code) => process.exit(code),
  soon: (callback) => void setImmediate(callback),
  courseLocal: <T>() => new AsyncLocalStorage<T>(),
  // Bun has no permissions; Node has them only if it was started with them.
  residentBytes: () => process.memoryUsage().rss,
  may: (act, path) => process.permission?.has(`fs.${act}`, path) ?? true,
  isFile(path) {
    try {
      return fs.statSync(path).isFile();
    } catch {
      // It does not exist, or may not be seen.
      return false;
    }
  },
  folderFault(path) {
    const found = fs.statSync(path, { throwIfNoEntry: false });
    if (found === undefined) return "there is none";
    return found.isDirectory() ? undefined : "it is no folder";
  },
  read: async (path) => new Uint8Array(await fs.promises.readFile(path)),
  scratch() {
    const folder = fs.mkdtempSync(join(tmpdir(), "holdfast-"));
    return {
      folder,
      keep(name, bytes) {
        const path = join(folder, name);
        fs.writeFileSync(path, bytes);
        return pathToFileURL(path).href;
      },
      drop: (name) => fs.rmSync(join(folder, name)),
      remove: () => fs.rmSync(folder, { recursive: true }),
    };
  },
  append(path, { empty }) {
    const file = fs.openSync(path, empty ? "w" : "a");
    return { write: (bytes) => fs.writeSync(file, bytes), close: () => fs.closeSync(file) };
  },
  pathOf: (url) => fileURLToPath(url),
  inspect: (value, options) => inspect(value, options),
};
