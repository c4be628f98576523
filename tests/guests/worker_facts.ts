/**
 * Facts of workers, each a value that is the same in every order: in the world they are what they are outside of it.
 *
 * @module
 */

import type { World } from "../../lib/scenario/mod.ts";
import type { Question } from "./fact_worker.ts";

/** A worker that is asked something, with ports, and its answer. */
class Asked implements Disposable {
  readonly event: Promise<MessageEvent>;
  readonly #worker = new Worker(import.meta.resolve("./fact_worker.ts"), { type: "module" });

  constructor(question: Question, ports: MessagePort[] = []) {
    this.event = new Promise((resolve) => this.#worker.onmessage = resolve);
    this.#worker.postMessage(question, ports);
  }

  [Symbol.dispose](): void {
    this.#worker.terminate();
  }
}

/** Asks a worker, and gives its answer. */
async function asked(does: string, base = "", ports: MessagePort[] = []): Promise<unknown> {
  using worker = new Asked({ does, base }, ports);
  return (await worker.event).data;
}

/** The next messages to a port. */
export function heard(port: MessagePort, count = 1): Promise<unknown[]> {
  const all: unknown[] = [];
  return new Promise((resolve) => {
    port.onmessage = ({ data }) => {
      if (all.push(data) === count) resolve(all);
    };
  });
}

/** The facts by name, each given where a server is. */
export const facts: Readonly<Record<string, (base: string) => Promise<unknown>>> = {
  gets: (base) => asked("gets", base),
  posts: (base) => asked("posts", base),
  aborts: (base) => asked("aborts", base),
  async echoes() {
    const { port1, port2 } = new MessageChannel();
    port1.postMessage("early");
    using worker = new Asked({ does: "echoes", base: "" }, [port2]);
    port1.postMessage(new Map());
    const both = await heard(port1, 2);
    return [(await worker.event).data, both, both[1] instanceof Array];
  },
  async offers() {
    using worker = new Asked({ does: "offers", base: "" });
    const { data: { offers }, ports } = await worker.event;
    return [offers instanceof MessagePort, ports.length, ports[0] === offers, await heard(offers, 2)];
  },
  async returns() {
    const { port1, port2 } = new MessageChannel();
    port1.postMessage(1);
    using worker = new Asked({ does: "returns", base: "" }, [port2]);
    port1.postMessage(2);
    const { ports: [port] } = await worker.event;
    port1.postMessage(3);
    const all = port && await heard(port, 3);
    port1.close();
    return all;
  },
  async passes() {
    const { port1, port2 } = new MessageChannel();
    using worker = new Asked({ does: "passes", base: "" }, [port1]);
    const [[port]] = await heard(port2) as [[MessagePort]];
    const told = await heard(port);
    port.postMessage("back");
    return [told, (await worker.event).data];
  },
  async between() {
    const { port1, port2 } = new MessageChannel();
    using one = new Asked({ does: "passes", base: "" }, [port1]);
    using other = new Asked({ does: "hears", base: "" }, [port2]);
    return [(await one.event).data, (await other.event).data];
  },
  throws: () => asked("throws", "", [new MessageChannel().port1]),
  texts: () => asked("texts"),
  async errors() {
    const errors = await asked("errors") as Error[];
    const [first, other] = errors;
    return [
      `${first} ${first?.cause} ${other}`,
      first instanceof RangeError,
      first?.cause instanceof TypeError,
      other instanceof DOMException,
      other?.name,
    ];
  },
};

/** What the server answers. */
export function served(method: string, path: string, kind: string | null, body: string): Response {
  const headers = { "x-kind": "quiet" };
  if (path === "/echo") return Response.json({ method, kind, body: [body] }, { status: 201, headers });
  return new Response("hello", { headers });
}

/** The name of what is thrown. */
export async function named(act: () => unknown): Promise<unknown> {
  try {
    return await act();
  } catch (error) {
    return error instanceof Error || error instanceof DOMException ? error.name : "none of its own";
  }
}

/** A fact, in the world. */
export async function fact(
  { serve }: World,
  { name, base }: { readonly name: string; readonly base: string },
): Promise<unknown> {
  serve(async ({ method, url, headers, body }) => {
    await undefined;
    const text = body instanceof Uint8Array ? new TextDecoder().decode(body) : "";
    return served(method, new URL(url).pathname, headers.get("x-kind"), text);
  });
  return await facts[name]?.(base);
}
