/**
 * Systems that go wrong on their far side, in a place and a way that the argument names.
 *
 * @module
 */

import { abstract, defineSystem, type LeafSystem, type Ports, scalar } from "../../lib/diagram/mod.ts";

/** Where a system goes wrong. */
export type Place = "construct" | "initialize" | "update" | "output";

/** How it goes wrong. */
export type Fault =
  | "throw"
  | "throw a value"
  | "throw with a cause"
  | "exit"
  | "close"
  | "kill"
  | "block"
  | "print"
  | "reject"
  | "throw later"
  | "foreign bytes";

/** What {@linkcode faulty} takes. */
export interface FaultyArgument {
  /** The process of the near side, where nothing goes wrong; in direct mode far and near are one. */
  readonly near: number;
  /** Whether near and far are one realm. */
  readonly direct?: boolean;
  /** Where. */
  readonly place: Place;
  /** How. */
  readonly fault: Fault;
  /** The update that goes wrong, from 0; every one from there on. */
  readonly at?: number;
  /** How long to block, in milliseconds. */
  readonly milliseconds?: number;
  /** A file to make when it begins to block. */
  readonly begun?: string;
  /** What to print. */
  readonly text?: string;
}

/** Whether this realm is a guest. */
export function isFar(near: number): boolean {
  return "WorkerGlobalScope" in globalThis || Deno.pid !== near;
}

let made = 0;

/** Counts its updates; `pid` is the process that it runs in, `made` how often this realm has made it. */
export function faulty(argument: FaultyArgument): LeafSystem<Ports, Ports> {
  const count = ++made;
  const { near, direct = false, place, at = 0 } = argument;
  const fail = (here: Place) => {
    if (here === place && (direct || isFar(near))) goWrong(argument);
  };
  if (!direct) fail("construct");
  return defineSystem({
    name: "faulty",
    inputs: { u: scalar() },
    state: { n: scalar(0), pid: scalar(0) },
    outputs: {
      y: {
        type: scalar(),
        feedthrough: [],
        value: ({ state }) => {
          if (state.n > at) fail("output");
          return state.n;
        },
      },
      pid: { type: scalar(), feedthrough: [], value: ({ state }) => state.pid },
      made: { type: scalar(), feedthrough: [], value: () => count },
    },
    initialize: ({ next }) => {
      fail("initialize");
      next.pid = Deno.pid;
    },
    update: {
      period: 1,
      run: ({ state, next }) => {
        if (state.n >= at) fail("update");
        next.n = state.n + 1;
      },
    },
  });
}

/** Counts, and throws at the second that its parameter names; where that is to be, its guest ends. */
export function stumbling(
  { near = 0, exits = false }: { near?: number; exits?: boolean } = {},
): LeafSystem<Ports, Ports> {
  return defineSystem({
    name: "stumbling",
    state: { n: scalar(0) },
    parameters: { at: scalar(2), by: scalar(1) },
    outputs: { n: { type: scalar(), value: ({ state }) => state.n } },
    update: {
      period: 1,
      run: ({ t, state, next, parameter }) => {
        next.n = state.n + parameter.by;
        if (t !== parameter.at) return;
        if (exits && isFar(near)) Deno.exit(3);
        throw new RangeError("broken");
      },
    },
  });
}

/** Shows other ports on the far side. */
export function shapeShifter({ near }: { near: number }): LeafSystem<Ports, Ports> {
  const y = { type: scalar(), value: () => 1 };
  const outputs: Record<string, typeof y> = isFar(near) ? { y, z: y } : { y };
  return defineSystem({ name: "shape shifter", outputs });
}

/** Can be exported under a name on the near side only. */
export const onlyNear = "WorkerGlobalScope" in globalThis ? undefined : faulty;

/** No system, and makes none. */
export const number = 7;

/** A function that makes no system. */
export function nothing(): void {}

/** Gives what cannot cross a boundary, from the first update on. */
export function uncloneable(): LeafSystem<Ports, Ports> {
  return defineSystem({
    name: "uncloneable",
    state: { n: scalar(0) },
    outputs: { y: { type: abstract<unknown>(undefined), value: ({ state }) => state.n === 0 ? 0 : () => state.n } },
    update: { period: 1, run: ({ state, next }) => void (next.n = state.n + 1) },
  });
}

/** Gives a value that grows by that many bytes with each update. */
export function growing({ bytes }: { bytes: number }): LeafSystem<Ports, Ports> {
  return defineSystem({
    name: "growing",
    state: { n: scalar(0) },
    outputs: { y: { type: abstract<unknown>(undefined), value: ({ state }) => new Uint8Array(state.n * bytes) } },
    update: { period: 1, run: ({ state, next }) => void (next.n = state.n + 1) },
  });
}

/** Tries what a guest may not do: `y` is what came of it. */
export function curious({ near, attempt }: { near: number; attempt: Attempt }): LeafSystem<Ports, Ports> {
  return defineSystem({
    name: "curious",
    outputs: { y: { type: abstract<unknown>(undefined), value: () => isFar(near) ? attempts[attempt]() : "near" } },
  });
}

/** What {@linkcode curious} tries. */
export type Attempt = keyof typeof attempts;

const attempts = {
  env: () => typeof Deno.env.toObject(),
  net: () => {
    Deno.listen({ hostname: "127.0.0.1", port: 0 }).close();
    return "listened";
  },
  read: () => typeof Deno.readTextFileSync(new URL("../../deno.json", import.meta.url)),
  write: () => Deno.makeTempFileSync(),
  run: () => new Deno.Command(Deno.execPath(), { args: ["--version"] }).outputSync().success,
  sys: () => typeof Deno.hostname(),
  ffi: () => Deno.dlopen("libc.so.6", {}).close(),
} as const;

function goWrong({ fault, milliseconds = 0, begun, text = "" }: FaultyArgument): void {
  switch (fault) {
    case "throw":
      throw new RangeError("it went wrong");
    case "throw a value":
      throw { code: 7, toString: () => "seven" };
    case "throw with a cause":
      throw new TypeError("the outer", { cause: new RangeError("the inner") });
    case "exit":
      Deno.exit(3);
      break;
    case "close":
      (self as unknown as { close(): void }).close();
      break;
    case "kill":
      Deno.kill(Deno.pid, "SIGKILL");
      break;
    case "block":
      if (begun !== undefined) Deno.writeTextFileSync(begun, "");
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
      break;
    case "print":
      console.log(text);
      console.info(text);
      console.debug(text);
      console.table([text]);
      console.dir({ text });
      console.count(text);
      Deno.stdout.writeSync(new TextEncoder().encode(text));
      void Deno.stdout.write(new TextEncoder().encode(text));
      break;
    case "reject":
      void Promise.reject(new RangeError("nobody handles this"));
      break;
    case "throw later":
      setTimeout(() => {
        throw new RangeError("nobody catches this");
      }, 0);
      break;
    case "foreign bytes":
      Reflect.get(globalThis, "process").getBuiltinModule("node:fs").writeSync(1, "these are no frames");
      break;
  }
}
