/**
 * A worker that tells what it finds: facts of the platform, for `worker_facts.ts`.
 *
 * @module
 */

import { named } from "./worker_facts.ts";

interface Scope {
  onmessage: ((event: MessageEvent) => unknown) | null;
  postMessage(message: unknown, transfer?: Transferable[]): void;
}

/** What it is asked. */
export interface Question {
  readonly does: string;
  /** Where a server is. */
  readonly base: string;
}

const scope = self as unknown as Scope;

const acts: Readonly<Record<string, (question: Question, ports: readonly MessagePort[]) => unknown>> = {
  async gets({ base }) {
    const response = await fetch(`${base}/greeting`);
    const { ok, status, url } = response;
    return [response instanceof Response, ok, status, url, response.headers.get("x-kind"), await response.text()];
  },
  async posts({ base }) {
    const body = new TextEncoder().encode("hi");
    const response = await fetch(new URL("/echo", base), { method: "post", body, headers: { "x-kind": "loud" } });
    const echo = await response.json();
    return [response.status, echo, echo instanceof Object];
  },
  async fails({ base }) {
    try {
      const { status } = await fetch(base);
      return status;
    } catch (error) {
      return [error instanceof RangeError, (error as Error).message];
    }
  },
  async aborts({ base }) {
    const controller = new AbortController();
    const answered = fetch(`${base}/greeting`, { signal: controller.signal });
    controller.abort();
    return await named(() => answered);
  },
};

scope.onmessage = async ({ data, ports }) => scope.postMessage(await acts[data.does]?.(data, ports));
