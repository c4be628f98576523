/**
 * Scenarios that show a kind of bug each, and scenarios that make no sense.
 *
 * @module
 */

import { AsyncLocalStorage } from "node:async_hooks";
import process from "node:process";
import { debuglog, promisify } from "node:util";
import type { World } from "../../lib/scenario/mod.ts";

export async function hang({ io }: World): Promise<void> {
  await io("x");
  await new Promise(() => {});
}

/** A lock within itself. */
export async function held({ io }: World): Promise<void> {
  const locks: { request(name: string, act: () => unknown): Promise<unknown> } = Reflect.get(navigator, "locks");
  await locks.request("a", async () => {
    await io("x");
    await locks.request("a", () => {});
  });
}

export async function livelock({ io }: World): Promise<void> {
  await io("x");
  for (;;) await 0;
}

export async function loop({ io }: World): Promise<void> {
  await io("x");
  for (;;);
}

export async function unhandled({ io }: World): Promise<void> {
  void (async () => {
    await io("x");
    throw new TypeError("lost");
  })();
  await io("y");
}

export async function late({ io }: World): Promise<void> {
  const failing = (async () => {
    await io("x");
    throw new TypeError("late");
  })();
  await io("y");
  await failing.catch(() => {});
}

/** Throws what is no error. */
export async function object({ io }: World): Promise<void> {
  await io("x");
  throw { code: "E", at: [1] };
}

export async function leak({ io }: World): Promise<void> {
  setInterval(() => {}, 10);
  await io("x");
}

export async function assertion({ io, expect }: World): Promise<void> {
  let isFirst = true;
  await Promise.all([
    io("one").then(() => {
      isFirst = false;
    }),
    io("two").then(() => expect(!isFirst, "one comes before two")),
  ]);
}

/** An assertion that the code under test swallows. */
export async function swallowed({ io, expect }: World): Promise<void> {
  await io("x");
  await Promise.reject(new Error("any")).catch(() => expect(false, "nothing is swallowed")).catch(() => {});
}

export async function exception({ io }: World): Promise<void> {
  let found: { readonly value: number } | undefined;
  await Promise.all([
    io("one").then(() => {
      found = { value: 1 };
    }),
    io("two").then(() => (found as { readonly value: number }).value),
  ]);
}

export async function crash({ io }: World): Promise<void> {
  setTimeout(() => {
    throw new Error("in a timer");
  }, 5);
  await io("x");
  await new Promise((resolve) => setTimeout(resolve, 10));
}

export async function polluted({ io }: World): Promise<number[]> {
  const prototype: { count?: number } & object = Array.prototype;
  prototype.count = (prototype.count ?? 0) + 1;
  const global: { count?: number } & object = globalThis;
  global.count = (global.count ?? 0) + 1;
  await Promise.all([io("a"), io("b"), io("c")]);
  return [prototype.count, global.count];
}

/** Two updates of one value: each reads and writes. */
export async function lost({ io, expect }: World): Promise<number> {
  let value = 0;
  const update = async () => {
    const seen = await io("read", () => value);
    await io("write", () => {
      value = seen + 1;
    });
  };
  await Promise.all([update(), update()]);
  expect(value === 2, "both updates count");
  return value;
}

export function synchronous(): number {
  return 1;
}

export async function connects(): Promise<void> {
  await Deno.connect({ port: 1 });
}

export async function imports(): Promise<void> {
  const name = ["data:text/javascript", ""].join(",");
  await import(name).catch(() => {});
}

export async function fetches(): Promise<void> {
  await fetch("https://example.com/");
}

/** What is only asked for is not refused. */
export async function asks({ io }: World): Promise<string[]> {
  await io("x");
  debuglog("any")("is not printed");
  return [typeof Worker, typeof Deno.connect, typeof WebSocket, typeof Atomics.wait];
}

export async function clocked({ io }: World): Promise<unknown[]> {
  const signal = AbortSignal.timeout(50);
  const ended = await io("slow", () => "done", { signal }).catch(({ name }: Error) => name);
  return [ended, Date.now(), performance.now(), Math.random(), crypto.randomUUID()];
}

/** What is answered as the platform's own `Response`, with a status and on several lines; and a note that is left out. */
export async function answered({ serve, io, expect }: World): Promise<void> {
  let isSaved = false;
  serve(({ method }) => {
    isSaved ||= method === "PUT";
    return isSaved ? "saved" : Response.json({ id: 1 }, { status: 201 });
  });
  await fetch("/notes", { method: "POST", body: JSON.stringify({ text: "a note of some length, ".repeat(9) }) });
  await io("list", () => Array.from({ length: 9 }, (_, at) => `a note of some length, number ${at}`));
  fetch("/notes/1", { method: "PUT" });
  await io("close");
  expect(isSaved, "the note is saved when the window closes");
}

export async function served({ serve }: World): Promise<string> {
  serve(({ url, method }) => url.endsWith("1") ? { status: 404 } : { method });
  let shown = "";
  await Promise.all([1, 2].map(async (page) => {
    const answer = await fetch(`https://example.com/${page}`);
    shown += answer.ok ? (await answer.json()).method : answer.status;
  }));
  return shown;
}

/** Forgets to wait for what it expects, and catches what it is told. */
export async function promising({ io, expect }: World): Promise<void> {
  try {
    expect(io("x", () => false), "x holds");
  } catch {
    // Nobody hears of it.
  }
  await io("y");
}

/** Expects something in one of its orders alone. */
export async function seldom({ io, expect }: World): Promise<void> {
  let last = "";
  await Promise.all(["a", "b"].map((text) => io(text).then(() => last = text)));
  if (last === "a") expect(true, "something");
}

/** Holds for numbers below 5. */
export async function below({ io, expect }: World, numbers: readonly number[]): Promise<void> {
  await Promise.all(numbers.map(async (number) => {
    await io(`look at ${number}`);
    expect(number < 5, `${number} is below 5`);
  }));
}

/** Requests that each have a context of their own, over all that they wait for. */
export async function followed({ io, expect }: World): Promise<void> {
  const requests = new AsyncLocalStorage<number>();
  const serve = async (request: number) => {
    const holds = (what: string) => expect(requests.getStore() === request, `${what} is of request ${request}`);
    await io("look", () => holds("an act"));
    holds("what follows an answer");
    await new Promise<void>((resolve) => {
      setTimeout(() => {
        holds("a timer");
        // It ends with the timer.
        requests.enterWith(-1);
        resolve();
      }, 5);
    });
    await new Promise<void>((resolve) => process.nextTick(() => resolve(holds("a tick"))));
    await promisify(setTimeout)(5);
    holds("what follows a sleep");
  };
  await Promise.all([1, 2].map((request) => requests.run(request, serve, request)));
  expect(requests.getStore() === undefined, "it is of no request");
}

/** Things that are thrown and answer no question. */
const HOSTILE: Readonly<Record<string, () => unknown>> = {
  bare: () => Object.create(null),
  getter: () => ({
    get message() {
      throw new Error("no answer");
    },
  }),
  text: () => ({
    toString() {
      throw new Error("no answer");
    },
  }),
  proxy: () =>
    new Proxy({}, {
      get() {
        throw new Error("no answer");
      },
    }),
};

/** Throws, rejects and gives such a thing. */
export async function hostile({ io }: World, which: string): Promise<unknown> {
  const [name = "", how] = which.split(" ");
  const made = HOSTILE[name]?.();
  await io("x", () => {
    if (how === "io") throw made;
  });
  if (how === "rejects") void Promise.reject(made);
  else if (how === "throws") throw made;
  return how === "gives" ? { made, of() {} } : undefined;
}

/** What nobody catches is heard of as a last resort, so no process ends of it. */
export async function resort({ io }: World, how: string): Promise<string[]> {
  const heard: string[] = [];
  const hear = (text: string) => void Promise.resolve().then(() => heard.push(text));
  if (how === "process") {
    process.on("unhandledRejection", (reason) => hear(String(reason)));
    process.on("uncaughtException", (error) => hear(String(error)));
  } else {
    addEventListener("unhandledrejection", (event) => {
      if (how === "prevented") event.preventDefault();
      hear(String(event.reason));
    });
    addEventListener("error", (event) => {
      event.preventDefault();
      hear(String(event.error));
    });
  }
  void Promise.reject(new Error("a"));
  await io("x");
  queueMicrotask(() => {
    throw new Error("b");
  });
  await io("y");
  return heard;
}
