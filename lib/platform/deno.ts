/**
 * Deno's way of doing what runtimes do differently.
 *
 * - The end of a thread is known by a Web Lock that it holds for as long as it lives: the one who started it has queued for
 *   that lock, and is granted it when the thread ends, whatever ended it (`close`, `Deno.exit`, an uncaught error).
 * - A thread says nothing before it holds that lock, so it cannot end unseen.
 */

import { ownStreams, printToStderr } from "./deno_streams.ts";
import type { Child, ChildOptions, OwnThread, Platform, ProcessSignal, Thread, ThreadListener } from "./platform.ts";

/** Deno has Web Locks, its types do not. */
interface LockManager {
  request(name: string, callback: () => unknown): Promise<unknown>;
}

/** The part of a worker's global scope that a thread uses. */
interface WorkerScope {
  readonly name: string;
  addEventListener(type: "message", listener: (event: MessageEvent<unknown>) => void, options: { capture: true }): void;
  postMessage(message: unknown, transfer?: readonly unknown[]): void;
  close(): void;
}

/** The first message of a thread: it holds its lock. */
const HELD = "holdfast: the lock is held";

function builtin<T>(name: string): T {
  const { getBuiltinModule } = Reflect.get(globalThis, "process") as typeof import("node:process");
  return getBuiltinModule(name) as T;
}

function locks(): LockManager {
  return (navigator as unknown as { readonly locks: LockManager }).locks;
}

function startThread(
  url: string,
  { name, listener }: { readonly name: string; readonly listener: ThreadListener },
): Thread {
  const worker = new Worker(url, { type: "module", name });
  let threw: string | undefined;
  let isOver = false;
  const end = (): void => {
    if (isOver) return;
    isOver = true;
    listener.ended(threw);
  };
  let isHeld = false;
  worker.onmessage = ({ data }: MessageEvent<unknown>) => {
    if (isHeld) return listener.message(data);
    isHeld = true;
    if (data !== HELD) listener.message(data);
    // Granted when the thread, which holds it, is gone. What it said last may be one turn behind.
    else void locks().request(name, () => own.soon(end));
  };
  worker.onmessageerror = () => listener.message(undefined);
  worker.onerror = (event) => {
    // Without this the error would end the whole process.
    event.preventDefault();
    threw = event.message;
    end();
  };
  return { send: (message, transfer = []) => worker.postMessage(message, [...transfer]) };
}

async function ownThread(): Promise<OwnThread> {
  const scope = self as unknown as WorkerScope;
  const { name } = scope;
  const send = scope.postMessage.bind(scope);
  const close = scope.close.bind(scope);
  const waiting: unknown[] = [];
  let told = (data: unknown): void => void waiting.push(data);
  // Before all listeners of the guest's own, none of which can keep a message from this one.
  scope.addEventListener("message", ({ data }) => told(data), { capture: true });
  const held = Promise.withResolvers<void>();
  void locks().request(name, () => {
    held.resolve();
    return new Promise(() => {});
  });
  await held.promise;
  send(HELD);
  return {
    send: (message, transfer = []) => send(message, transfer),
    listen(message) {
      told = message;
      for (const data of waiting.splice(0)) message(data);
    },
    close,
  };
}

/** This runtime with other arguments. */
function command(
  { args, env = {}, cwd }: ChildOptions,
  streams: Pick<Deno.CommandOptions, "stdin" | "stdout" | "stderr">,
): Deno.Command {
  const options = { args: [...args], env: { ...env }, ...streams };
  return new Deno.Command(Deno.execPath(), cwd === undefined ? options : { ...options, cwd });
}

function startChild(options: ChildOptions): Child {
  const child = command(options, { stdin: "piped", stdout: "piped", stderr: "inherit" }).spawn();
  return {
    readable: child.stdout,
    writable: child.stdin,
    status: child.status,
    kill(signal: ProcessSignal) {
      try {
        child.kill(signal);
      } catch {
        // It has ended already.
      }
    },
  };
}

/** Whether this realm is one of Deno. */
export function isHere(): boolean {
  return Reflect.get(globalThis, "Deno") !== undefined;
}

export const own: Platform = {
  name: "Deno",
  get pid() {
    return Deno.pid;
  },
  get childless() {
    return Deno.build.standalone ? "it was made by deno compile and would start itself" : undefined;
  },
  startThread,
  ownThread,
  onUncaught(callback) {
    globalThis.addEventListener("unhandledrejection", (event) => {
      event.preventDefault();
      callback(event.reason);
    });
    globalThis.addEventListener("error", (event) => {
      event.preventDefault();
      callback(event.error);
    });
  },
  startChild,
  async runChild(options) {
    const { code, stdout, stderr } = await command(options, { stdin: "null", stdout: "piped", stderr: "piped" })
      .output();
    return { code, stdout, stderr: new TextDecoder().decode(stderr) };
  },
  takeStreams: ownStreams,
  printToStderr,
  // The same listener counts once.
  onExit: (callback) => addEventListener("unload", callback),
  exit: (code) => Deno.exit(code),
  soon: (callback) => void setImmediate(callback),
  courseLocal<T>() {
    const { AsyncLocalStorage } = builtin<typeof import("node:async_hooks")>("node:async_hooks");
    return new AsyncLocalStorage<T>();
  },
  isFile(path) {
    if (Deno.permissions.querySync({ name: "read", path }).state !== "granted") return false;
    try {
      return Deno.statSync(path).isFile;
    } catch {
      // It does not exist, or is not for us to see.
      return false;
    }
  },
  folderFault(path) {
    try {
      return Deno.statSync(path).isDirectory ? undefined : "it is no folder";
    } catch (error) {
      if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return "there is none";
      throw error;
    }
  },
  read: (path) => Deno.readFile(path),
  scratch() {
    const folder = Deno.makeTempDirSync({ prefix: "holdfast-" });
    return {
      keep(name, bytes) {
        const url = new URL(name, `file://${folder}/`);
        Deno.writeFileSync(url, bytes);
        return url.href;
      },
      remove: () => Deno.removeSync(folder, { recursive: true }),
    };
  },
  append(path, { empty }) {
    if (empty) Deno.writeFileSync(path, new Uint8Array(0));
    const file = Deno.openSync(path, { append: true, create: true });
    return { write: (bytes) => file.writeSync(bytes), close: () => file.close() };
  },
  pathOf: (url) => builtin<typeof import("node:url")>("node:url").fileURLToPath(url),
  inspect: (value, options) => Deno.inspect(value, options),
};
