/**
 * Scenarios that start workers.
 *
 * @module
 */

import type { World } from "../../lib/scenario/mod.ts";
import { heard } from "./worker_facts.ts";

/** A worker of `scenario_worker.ts`, told what to do. */
function started(what: unknown, transfer: Transferable[] = []): Worker {
  const worker = new Worker(new URL("./scenario_worker.ts", import.meta.url), { type: "module" });
  worker.postMessage(what, transfer);
  return worker;
}

/** So many workers send so many messages each: who has sent, in order. */
export async function messages(
  _world: World,
  { workers, each }: { readonly workers: number; readonly each: number },
): Promise<string> {
  let order = "";
  const { promise, resolve } = Promise.withResolvers<void>();
  const all = Array.from({ length: workers }, (_, name) => {
    const worker = new Worker(import.meta.resolve("./counting_worker.ts"), { type: "module", name: `${each}` });
    worker.onmessage = ({ data }) => {
      if (!(data instanceof Array)) throw new Error("data of another realm");
      order += name;
      if (order.length === workers * each) resolve();
    };
    return worker;
  });
  await promise;
  for (const worker of all) worker.terminate();
  return order;
}

/** Two workers look something up: the last question counts, not the last answer. */
export async function lookups({ expect }: World, isNumbered: boolean): Promise<string> {
  let shown = "";
  let last = 0;
  const ask = (text: string) => {
    const own = ++last;
    const { promise, resolve } = Promise.withResolvers<void>();
    const worker = started({ does: "upper", text });
    worker.addEventListener("message", ({ data }) => {
      if (!isNumbered || own === last) shown = data;
      worker.terminate();
      resolve();
    });
    return promise;
  };
  await Promise.all([ask("a"), ask("ab")]);
  expect(shown === "AB", "the answer to the last question is shown");
  return shown;
}

/** What a worker sends back that assigns its listener by name alone. */
export async function echoed(): Promise<unknown> {
  const { promise, resolve } = Promise.withResolvers<unknown>();
  const worker = new Worker(import.meta.resolve("./counting_worker.ts"), { type: "module" });
  worker.onmessage = ({ data }) => resolve(data);
  worker.postMessage({ of: new Map([[1, new Date(0)]]) });
  const echo = await promise;
  worker.terminate();
  return echo;
}

export async function transferred(): Promise<unknown[]> {
  const bytes = new Uint8Array([1, 2, 3]);
  const { promise, resolve } = Promise.withResolvers<unknown>();
  const worker = started({ does: "sum", bytes }, [bytes.buffer]);
  worker.onmessage = ({ data }) => resolve(data);
  const sum = await promise;
  worker.terminate();
  return [bytes.byteLength, sum];
}

/** A worker fails, and who started it hears of it, or nobody does. */
export async function failing(_world: World, isHeard: boolean): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  const worker = started({ does: "fail" });
  if (isHeard) worker.onerror = ({ message }) => resolve(message);
  else worker.onmessage = () => {};
  return await promise;
}

/** A worker leaves a rejection to nobody, and who started it hears of that. */
export async function rejecting(): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  started({ does: "reject" }).onerror = ({ message }) => resolve(message);
  return await promise;
}

/** A lock that a worker holds: until it gives it back, or is ended. */
export async function locking(_world: World, isEnded: boolean): Promise<string[]> {
  const log: string[] = [];
  const worker = started({ does: "hold", for: 5 });
  const { promise, resolve } = Promise.withResolvers<void>();
  const { promise: back, resolve: givesBack } = Promise.withResolvers<void>();
  worker.onmessage = ({ data }) => {
    log.push(data);
    if (log.length === 1) resolve();
    else givesBack();
  };
  await promise;
  if (isEnded) worker.terminate();
  await Reflect.get(navigator, "locks").request("shared", () => void log.push("has it"));
  if (!isEnded) await back;
  worker.terminate();
  return log;
}

/** A broadcast channel that a worker listens to, too. */
export async function broadcasting(): Promise<unknown> {
  const worker = started({ does: "answer" });
  const channel = new BroadcastChannel("all");
  const { promise, resolve } = Promise.withResolvers<unknown>();
  worker.onmessage = () => channel.postMessage(["a"]);
  channel.onmessage = ({ data }) => resolve(data);
  const data = await promise;
  channel.close();
  worker.terminate();
  return data instanceof Map ? [...data] : data;
}

export async function sharing(): Promise<void> {
  started({ does: "nothing", of: [new Int32Array(new SharedArrayBuffer(4))] });
  await undefined;
}

/** A worker fetches, while something else comes; who serves may fail, and the worker may be ended before it has an answer. */
export async function fetching(
  { serve, faults, io }: World,
  { fails = false, ends = false }: { readonly fails?: boolean; readonly ends?: boolean },
): Promise<unknown> {
  if (fails) faults({ fails: () => new RangeError("down") });
  let served = 0;
  serve(() => {
    served++;
    if (!fails) return { status: 201 };
    throw new RangeError("broken");
  });
  const worker = new Worker(import.meta.resolve("./fact_worker.ts"), { type: "module" });
  const { promise, resolve } = Promise.withResolvers<unknown>();
  worker.onmessage = ({ data }) => resolve(data);
  worker.postMessage({ does: "fails", base: "https://example.com/" });
  if (fails) {
    const answer = await promise;
    worker.terminate();
    return answer;
  }
  await io("else");
  const before = served;
  if (!ends) await promise;
  worker.terminate();
  await io("later");
  return ends ? served - before : await promise;
}

/** A port that listens moves, with what it has not heard: Deno refuses that, other platforms do it. */
export async function moving(): Promise<unknown> {
  const { port1, port2 } = new MessageChannel();
  port2.onmessage = () => port1.close();
  port1.postMessage(1);
  const worker = new Worker(import.meta.resolve("./fact_worker.ts"), { type: "module" });
  worker.postMessage({ does: "echoes" }, [port2]);
  port1.postMessage(2);
  const all = await heard(port1, 2);
  worker.terminate();
  return all;
}

/** A worker that may die: who waits for it alone waits for ever. */
export async function dying({ faults }: World, hasTimeout: boolean): Promise<string> {
  faults({ dies: true });
  const { promise, resolve } = Promise.withResolvers<string>();
  const worker = started({ does: "upper", text: "a" });
  worker.onmessage = ({ data }) => resolve(data);
  const timer = hasTimeout ? setTimeout(() => resolve("late"), 100) : undefined;
  const is = await promise;
  clearTimeout(timer);
  worker.terminate();
  return is;
}

export async function leaking(): Promise<void> {
  started({ does: "nothing" });
  await undefined;
}

export async function closing(): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  started({ does: "close" }).onmessage = ({ data }) => resolve(data);
  return await promise;
}

export async function blocking(): Promise<void> {
  started({ does: "block" });
  await new Promise(() => {});
}
