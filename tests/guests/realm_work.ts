/**
 * Functions for guests of the contract: they echo frames, say what they should not, take their time, and die.
 *
 * @module
 */

import type { ServiceContext } from "../../lib/host/mod.ts";
import type { Steps } from "../../lib/memory/mod.ts";
import type { FrameKind } from "../../lib/mode/mod.ts";
import { event } from "../../lib/sync/mod.ts";
import { notedEnd, spit } from "./realm_mouth.ts";

/** Gives what it is given. */
export function echo(value: unknown): unknown {
  return value;
}

/** Who and where it is. */
export function who(_argument: unknown, { guest, mode }: ServiceContext): unknown {
  return { guest, mode };
}

let calls = 0;

/** How often this realm has been asked. */
export function count(): number {
  return ++calls;
}

/** Sends each `post` back as an `item`, until something else comes; gives how many there were. */
export async function frames({ rests }: { rests: boolean }): Promise<number> {
  const end = notedEnd();
  for (let count = 0;;) {
    const frame = end.poll();
    if (frame === undefined) {
      if (end.rest !== undefined && (rests || end.wait === undefined)) await end.rest();
      else end.wait?.();
    } else if (frame.kind === "post") {
      end.send("item", frame.number, frame.payload());
      count++;
    } else return count;
  }
}

/** Sends so many items, the numbers from 1 on, and then does the rest. */
export function items({ count, die }: { count: number; die: Death | undefined }): unknown {
  const end = notedEnd();
  for (let number = 1; number <= count; number++) end.send("item", number, new Uint8Array(number % 300).fill(number));
  return die === undefined ? count : dies(die);
}

/** Sends values beside the frames, before their frames or behind them. */
export async function moves({ before, count }: { before: boolean; count: number }): Promise<number> {
  const end = notedEnd();
  const values = Array.from({ length: count }, (_, number) => new Uint8Array(8).fill(number));
  const send = (value: Uint8Array) => end.sendMoved?.([value.buffer], [value.buffer as ArrayBuffer]);
  if (before) { for (const value of values) send(value); }
  for (let number = 0; number < count; number++) {
    end.send("item", number);
    end.send("moved", number);
  }
  // The frames are there for a while, the values are not.
  if (!before) await new Promise((resolve) => setTimeout(resolve, 20));
  if (!before) { for (const value of values) send(value); }
  return count;
}

/** What comes beside the frames, for each `moved` among them until something else comes. */
export async function takesMoved(): Promise<unknown> {
  const end = notedEnd();
  for (const taken: unknown[] = [];;) {
    const frame = end.poll();
    if (frame === undefined) await end.rest?.();
    else if (frame.kind === "moved") taken.push(frame.number, await end.takeMoved?.());
    else if (frame.kind === "post") taken.push("post");
    else return taken;
  }
}

/** Says frames past the library, `raw` bytes after them, and answers, unless it `waits`. */
export function says({ frames = [], raw, waits = false }: Saying): unknown {
  const end = notedEnd();
  for (const [kind, number, payload] of frames) end.send(kind, number, payload);
  if (raw !== undefined) spit(raw);
  return waits ? new Promise(() => setInterval(() => {}, 1000)) : "said";
}

/** What {@linkcode says} takes. */
export interface Saying {
  readonly frames?: readonly (readonly [FrameKind, number, Uint8Array?])[];
  readonly raw?: Uint8Array;
  readonly waits?: boolean;
}

/** Posts a message, as if it were its own. */
export function posts(message: unknown): unknown {
  Reflect.get(globalThis, "postMessage")(message);
  return new Promise(() => setInterval(() => {}, 1000));
}

/** Is busy for so many milliseconds: it leaves the event loop no turn. */
export function busy(milliseconds: number): string {
  for (const end = performance.now() + milliseconds; performance.now() < end;);
  return "done";
}

/** Waits for its event loop for so many milliseconds. */
export async function naps(milliseconds: number): Promise<string> {
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
  return "done";
}

/** The things that are shared. */
export function things() {
  return { begun: event(), go: event() };
}

/** Waits for ever, unless somebody says go. */
export function* waits(_argument: unknown, context: ServiceContext<ReturnType<typeof things>>): Steps<string> {
  const { begun, go } = context.shared;
  yield* begun.set();
  yield* go.wait();
  return "gone";
}

/** How a guest dies. */
export type Death = typeof DEATHS[number];

/** All ways. */
export const DEATHS = ["exit", "close", "throw", "reject", "kill"] as const;

/** Dies that way. */
export function dies(how: Death): unknown {
  switch (how) {
    case "exit":
      Deno.exit(3);
      break;
    case "close":
      Reflect.get(globalThis, "close")();
      break;
    case "throw":
      setTimeout(() => {
        throw new RangeError("nobody catches this");
      });
      break;
    case "reject":
      void Promise.reject(new RangeError("nobody handles this"));
      break;
    case "kill":
      Deno.kill(Deno.pid, "SIGKILL");
  }
  return new Promise(() => setInterval(() => {}, 1000));
}

/** Reads stdin, all at once and by stream. */
export async function reads(): Promise<unknown> {
  const into = new Uint8Array(8);
  const streamed = await Array.fromAsync(Deno.stdin.readable);
  return [Deno.stdin.readSync(into), await Deno.stdin.read(into), streamed.length];
}

/** What it was given along: its arguments, and a variable of its environment. */
export function given(name: string): unknown {
  return [Deno.args, Deno.env.get(name)];
}
