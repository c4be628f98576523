/**
 * Scenarios that use what of the platform only the caller's own realm has.
 *
 * @module
 */

import type { World } from "../../lib/scenario/mod.ts";

/** A field that completes what is typed: the last answer is shown, whichever it is. Guarded, that of the last question. */
export async function field({ serve, expect }: World, isGuarded: boolean): Promise<string> {
  serve(({ url }) => ({ body: { found: new URL(url).searchParams.get("q") } }));
  let shown = "";
  let last = 0;
  let controller = new AbortController();
  const type = async (text: string) => {
    const own = ++last;
    controller.abort();
    controller = new AbortController();
    try {
      const request = new Request(`https://example.com/?q=${text}`, isGuarded ? { signal: controller.signal } : {});
      const answer = await fetch(request);
      const through = new Response(answer.body?.pipeThrough(new TransformStream()));
      const { found } = await through.json();
      if (!isGuarded || own === last) shown = found;
    } catch (error) {
      if (!(error instanceof DOMException) || error.name !== "AbortError") throw error;
    }
  };
  await Promise.all(["a", "ab"].map(type));
  expect(shown === "ab", "the answer to the last question is shown");
  return shown;
}

/** A line is read in parts that come from outside. */
export async function stream({ io }: World): Promise<string> {
  let part = 0;
  const parts = new ReadableStream<string>({
    async pull(controller) {
      if (part === 2) controller.close();
      else controller.enqueue(await io(`part ${part}`, () => ` ${part++}`));
    },
  });
  let text = "";
  const reading = (async () => {
    for await (const chunk of parts) text += chunk;
  })();
  await io("meanwhile");
  text += " meanwhile";
  await reading;
  return text;
}

/** What the caller's realm has beside the language is not there, and its clocks are the world's. */
export async function shadowed({ io }: World): Promise<unknown[]> {
  await io("x");
  return [
    typeof onunhandledrejection,
    typeof caches,
    Reflect.get(globalThis, "Deno") === Deno,
    Date.now(),
    new Request("https://example.com/").url,
    AbortSignal.abort() instanceof AbortSignal,
    AbortSignal.timeout(5).aborted,
  ];
}

export async function abortListener({ io }: World): Promise<void> {
  const controller = new AbortController();
  new Request("https://example.com/").signal.throwIfAborted();
  controller.signal.addEventListener("abort", () => {
    throw new Error("in a listener");
  });
  await io("x");
  controller.abort();
  await io("y");
}

/** Something of the process that settles on its own: whoever explores has put it there. */
export async function elsewhere({ io }: World): Promise<void> {
  await io("x");
  await Reflect.get(Promise, "elsewhere")();
}

/** Goes on without end where `b` comes first: it has changed the language, and left a rejection to nobody. */
export async function endless({ io }: World, how: "loop" | "microtasks" | "chunks"): Promise<string> {
  let order = "";
  await Promise.all(["a", "b", "c"].map((name) => io(name).then(() => void (order += name))));
  if (!order.startsWith("b")) return `${order} ${Reflect.get([], "spoiled")}`;
  Reflect.set(Array.prototype, "spoiled", true);
  void Promise.reject(new Error("left to nobody"));
  if (how === "loop") { for (;;); }
  if (how === "microtasks") { for (;;) await null; }
  for await (const _ of new Response(new ReadableStream({ pull: (all) => all.enqueue(new Uint8Array(1)) })).body ?? []);
  return order;
}
