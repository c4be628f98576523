/**
 * Facts of workers, each a value that is the same in every order: in the world they are what they are outside of it.
 *
 * @module
 */

import type { World } from "../../lib/scenario/mod.ts";
import type { Question } from "./fact_worker.ts";

/** Asks a worker, and gives its answer. */
async function asked(question: Question): Promise<unknown> {
  const worker = new Worker(import.meta.resolve("./fact_worker.ts"), { type: "module" });
  const { promise, resolve } = Promise.withResolvers<unknown>();
  worker.onmessage = ({ data }) => resolve(data);
  worker.postMessage(question);
  const answer = await promise;
  worker.terminate();
  return answer;
}

/** The facts by name, each given where a server is. */
export const facts: Readonly<Record<string, (base: string) => Promise<unknown>>> = {
  gets: (base) => asked({ does: "gets", base }),
  posts: (base) => asked({ does: "posts", base }),
  aborts: (base) => asked({ does: "aborts", base }),
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
    return [error instanceof Error || error instanceof DOMException, (error as Error).name];
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
