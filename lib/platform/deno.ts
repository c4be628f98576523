/**
 * What runtimes do differently, as Deno does it.
 */

import { scratch } from "./deno_scratch.ts";
import { ownStreams, printToStderr, writeToStderr } from "./deno_streams.ts";
import type { Child, ChildOptions, Platform, ProcessSignal } from "./platform.ts";
import { onUncaught, ownWebThread, startWebThread } from "./web_thread.ts";

function builtin<T>(name: string): T {
  const { getBuiltinModule } = Reflect.get(globalThis, "process") as typeof import("node:process");
  return getBuiltinModule(name) as T;
}

/** Runs this runtime's executable with other arguments. */
function command(
  { args, env = {}, cwd }: ChildOptions,
  streams: Pick<Deno.CommandOptions, "stdin" | "stdout" | "stderr">,
): Deno.Command {
  const options = { args: [...args], env: { ...env }, ...streams };
  return new Deno.Command(Deno.execPath(), cwd === undefined ? options : { ...options, cwd });
}

function startChild(options: ChildOptions): Child {
  const { printed: stderr = "inherit" } = options;
  const child = command(options, { stdin: "piped", stdout: "piped", stderr }).spawn();
  return {
    ...stderr === "inherit" ? {} : { printed: child.stderr },
    readable: child.stdout,
    writable: child.stdin,
    status: child.status,
    kill(signal: ProcessSignal) {
      try {
        child.kill(signal);
      } catch {
        // It has already ended.
      }
    },
  };
}

/** Whether this realm is in Deno. */
export function isHere(): boolean {
  return Reflect.get(globalThis, "Deno") !== undefined;
}

/** The parts that Deno has: all of them. */
export const own: Platform = {
  name: "Deno",
  get pid() {
    return Deno.pid;
  },
  get childless() {
    return Deno.build.standalone ? "it was made by deno compile and would start itself" : undefined;
  },
  threadless: undefined,
  startThread: (url, options) => startWebThread(url, { ...options, soon: own.soon, kills: false }),
  ownThread: ownWebThread,
  onUncaught,
  startChild,
  async runChild(options) {
    const { code, stdout, stderr } = await command(options, { stdin: "null", stdout: "piped", stderr: "piped" })
      .output();
    return { code, stdout, stderr: new TextDecoder().decode(stderr) };
  },
  takeStreams: ownStreams,
  printToStderr,
  writeToStderr,
  // Adding the same listener again has no effect.
  onExit: (callback) => addEventListener("unload", callback),
  exit: (code) => Deno.exit(code),
  soon: (callback) => void setImmediate(callback),
  courseLocal<T>() {
    const { AsyncLocalStorage } = builtin<typeof import("node:async_hooks")>("node:async_hooks");
    return new AsyncLocalStorage<T>();
  },
  residentBytes: () => Deno.memoryUsage().rss,
  fileless: undefined,
  may(act, path) {
    return Deno.permissions.querySync(path === undefined ? { name: act } : { name: act, path }).state === "granted";
  },
  isFile(path) {
    if (!own.may("read", path)) return false;
    try {
      return Deno.statSync(path).isFile;
    } catch {
      // It does not exist, or may not be seen.
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
  scratch,
  append(path, { empty }) {
    if (empty) Deno.writeFileSync(path, new Uint8Array(0));
    const file = Deno.openSync(path, { append: true, create: true });
    return { write: (bytes) => file.writeSync(bytes), close: () => file.close() };
  },
  pathOf: (url) => builtin<typeof import("node:url")>("node:url").fileURLToPath(url),
  inspect: (value, options) => Deno.inspect(value, options),
};
