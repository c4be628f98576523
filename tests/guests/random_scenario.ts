/**
 * A scenario that does what a random program says: chains of completions, and what platforms order among themselves.
 *
 * @module
 */

import process from "node:process";
import type { World } from "../../lib/scenario/mod.ts";

/** What of Web Locks is used; the types of Deno leave it out. */
interface Locks {
  request(name: string, options: object, callback: (lock: { readonly mode: string }) => unknown): Promise<unknown>;
}

function locks(): Locks {
  return Reflect.get(navigator, "locks") as Locks;
}

/** Something that is put in line at once, and what it puts in line in its turn. */
export interface Reaction {
  readonly kind: typeof REACTIONS[number];
  readonly then: readonly Reaction[];
}

/** Something that comes from outside. */
export interface Turn {
  readonly kind: typeof TURNS[number];
  readonly reactions: readonly Reaction[];
}

/** What is put in line at once. */
export const REACTIONS = ["microtask", "then", "tick", "await", "abort", "event", "rejection", "thenable"] as const;

/** What comes from outside. */
export const TURNS = ["timer", "timers", "message", "messages", "lock", "locks", "immediate", "none"] as const;

/** All that happens, in order: where a platform fixes it. */
export async function inOrder(turns: readonly Turn[]): Promise<string[]> {
  const log: string[] = [];
  let last = 0;
  const react = ({ kind, then }: Reaction): void => {
    const id = `${kind} ${++last}`;
    const act = () => {
      log.push(id);
      then.forEach(react);
    };
    switch (kind) {
      case "microtask":
        return queueMicrotask(act);
      case "then":
        return void Promise.resolve().then(act);
      case "tick":
        return process.nextTick(act);
      case "await":
        return void (async () => {
          await null;
          act();
          await Promise.resolve();
          log.push(`${id}, again`);
        })();
      case "abort": {
        const controller = new AbortController();
        const both = AbortSignal.any([controller.signal]);
        both.addEventListener("abort", () => log.push(`${id}, any`));
        controller.signal.addEventListener("abort", act, { once: true });
        return controller.abort();
      }
      case "event": {
        const target = new EventTarget();
        target.addEventListener("it", act);
        target.addEventListener("it", { handleEvent: ({ type }) => void log.push(`${id}, ${type}`) }, { once: true });
        return void target.dispatchEvent(new Event("it"));
      }
      case "rejection":
        return void Promise.reject(new Error(id)).catch(act);
      case "thenable":
        return void Promise.resolve({
          then(resolve: () => void) {
            log.push(`${id}, asked`);
            resolve();
          },
        }).then(act);
    }
  };
  for (const { kind, reactions } of turns) {
    const act = () => {
      log.push(kind);
      reactions.forEach(react);
    };
    if (kind === "timer") {
      const { promise, resolve } = Promise.withResolvers<void>();
      setTimeout(() => {
        log.push("later");
        resolve();
        // So much later that a busy machine does not take the one for the other.
      }, 25);
      setTimeout(act, 1);
      await promise;
    } else if (kind === "timers") {
      const { promise, resolve } = Promise.withResolvers<void>();
      const cleared = setTimeout(() => log.push("cleared"), 10);
      setTimeout(() => {
        log.push("second");
        clearTimeout(cleared);
        let times = 0;
        const every = setInterval(() => {
          log.push(`again ${++times}`);
          act();
          if (times < 2) return;
          clearInterval(every);
          setTimeout(resolve, 10);
        }, 10);
      }, 5);
      setTimeout(act, 5);
      setTimeout(() => log.push("first"), 1);
      await promise;
    } else if (kind === "messages") {
      const { port1, port2 } = new MessageChannel();
      const { promise, resolve } = Promise.withResolvers<void>();
      port1.onmessage = ({ data }) => {
        log.push(`back ${data}`);
        // Deno leaves ticks for later where several messages have come.
        if (data < 2) port1.postMessage(data + 1);
        else resolve();
      };
      port2.addEventListener("message", ({ data }) => {
        log.push(`to ${data}`);
        act();
        port2.postMessage(data);
      });
      port1.postMessage(0);
      port2.start();
      await promise;
      port1.close();
      port2.close();
    } else if (kind === "locks") {
      const leaving = new AbortController();
      await locks().request("outer", {}, async () => {
        const refused = locks().request("outer", { signal: leaving.signal }, () => log.push("granted"));
        const { name } = await locks().request("outer", { ifAvailable: true }, (lock) => ({ name: `${lock}` })) as {
          name: string;
        };
        log.push(`if available: ${name}`);
        // Deno grants what is free at once, others in a task: so nothing else may be in line here.
        await locks().request("inner", {}, () => log.push("inner"));
        leaving.abort();
        await refused.catch(({ name }: Error) => log.push(name));
        act();
      });
    } else if (kind === "immediate") {
      const { promise, resolve } = Promise.withResolvers<void>();
      setImmediate(act);
      setImmediate(resolve);
      await promise;
    } else if (kind === "message") {
      const { port1, port2 } = new MessageChannel();
      const { promise, resolve } = Promise.withResolvers<void>();
      port2.onmessage = ({ data }) => {
        log.push(JSON.stringify(data));
        act();
        resolve();
      };
      port1.postMessage({ of: [1, new Date(0)] });
      await promise;
      port1.close();
      port2.close();
    } else if (kind === "lock") {
      const asked = ["exclusive", "shared", "shared"] as const;
      await Promise.all(asked.map((mode, place) =>
        locks().request("random", { mode }, async (lock) => {
          log.push(`${lock.mode} ${place}`);
          if (place === 0) act();
          await null;
        })
      ));
    } else {
      act();
      await null;
    }
    // What was put in line has come when a timer comes.
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  return log;
}

/** The same as a scenario. */
export async function ordered(_world: World, turns: readonly Turn[]): Promise<string[]> {
  return await inOrder(turns);
}

/** Chains of so many completions, side by side: who completed, in order. */
export async function chains({ io }: World, lengths: readonly number[]): Promise<string> {
  let order = "";
  await Promise.all(lengths.map(async (length, chain) => {
    for (let step = 0; step < length; step++) {
      await io(`chain ${chain}`);
      order += chain;
    }
  }));
  return order;
}

/** More orders than anybody runs. */
export async function endless(world: World): Promise<string> {
  return await chains(world, [9, 9, 9, 9]);
}

/** What a part of `mixed` does. */
export interface Part {
  readonly kind: typeof PARTS[number];
  readonly count: number;
}

/** What parts do. */
export const PARTS = [
  "io",
  "timer",
  "lock",
  "abort",
  "message",
  "read and write",
  "reject",
  "late",
  "race",
  "hang",
] as const;

/** Parts side by side that may do each other harm: every kind of end comes up among their orders. */
export async function mixed({ io, expect }: World, parts: readonly Part[]): Promise<string> {
  let order = "";
  let value = 0;
  const controller = new AbortController();
  const { port1, port2 } = new MessageChannel();
  const does = async ({ kind, count }: Part, place: number): Promise<void> => {
    for (let time = 0; time < count; time++) {
      if (kind === "io") await io("io", () => ++value);
      else if (kind === "timer") await new Promise((resolve) => setTimeout(resolve, 1 + count));
      else if (kind === "lock") await locks().request("it", {}, () => io("held"));
      else if (kind === "abort") {
        const { signal } = controller;
        await io("slow", undefined, { signal }).catch(() => order += "aborted ");
        controller.abort();
      } else if (kind === "message") port1.postMessage(place);
      else if (kind === "read and write") {
        const seen = value;
        await io("write", () => {
          value = seen + 1;
        });
        expect(value > seen, "a value only grows");
      } else if (kind === "reject") void io("reject").then(() => Promise.reject(new TypeError(`rejected ${value}`)));
      else if (kind === "late") {
        const rejected = io("fails", () => {
          throw new RangeError("failed");
        });
        await io("meanwhile");
        await rejected.catch(() => order += "late ");
      } else if (kind === "race") {
        const { promise, reject } = Promise.withResolvers<void>();
        const timer = setTimeout(() => reject(new RangeError("late")), 5);
        await Promise.race([io("raced"), promise]);
        clearTimeout(timer);
      } else if (value > 2) await new Promise(() => {});
      order += place;
    }
  };
  port2.onmessage = ({ data }) => {
    order += `message ${data} `;
  };
  await Promise.all(parts.map(does));
  port2.close();
  return `${order} ${value}`;
}
