/**
 * A worker that tells what it finds: facts of the platform, for `worker_facts.ts`.
 *
 * @module
 */

import { heard, named } from "./worker_facts.ts";

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
  echoes(_, [port]) {
    if (port !== undefined) port.onmessage = ({ data }) => port.postMessage([data, data instanceof Map]);
    return port instanceof MessagePort;
  },
  offers() {
    const { port1, port2 } = new MessageChannel();
    port1.postMessage(new Set([1]));
    scope.postMessage({ offers: port2 }, [port2]);
    port1.postMessage(2);
  },
  returns(_, [port]) {
    if (port !== undefined) scope.postMessage("", [port]);
  },
  async passes(_, [port]) {
    if (port === undefined) return;
    const { port1, port2 } = new MessageChannel();
    port.postMessage([port2], { transfer: [port2] });
    port1.postMessage("passed on");
    return await heard(port1);
  },
  async hears(_, [port]) {
    if (port === undefined) return;
    const [[passed]] = await heard(port) as [[MessagePort]];
    const told = await heard(passed);
    passed.postMessage(new Map([[told, told instanceof Array]]));
    return told;
  },
  async throws(_, [port]) {
    const made = () => new MessageChannel().port1;
    const [own, closed, moved] = [made(), made(), made()];
    closed.close();
    return await Promise.all([
      structuredClone(moved, { transfer: [moved] }) instanceof MessagePort,
      ...[
        () => scope.postMessage(own),
        () => scope.postMessage(0, [own, own]),
        () => scope.postMessage(0, [closed]),
        () => scope.postMessage(0, [moved]),
        () => moved.postMessage(0),
        () => port?.postMessage(0, [port]),
        () => Reflect.construct(MessagePort, []),
      ].map(named),
    ]);
  },
  async texts() {
    await new Promise((resolve) => Function("resolve", "setTimeout(resolve, 5)")(resolve));
    return [Function("return typeof postMessage")(), (() => {}).constructor("return self === globalThis")()];
  },
  errors: () => [new RangeError("a", { cause: new TypeError("b") }), new DOMException("c", "AbortError")],
};

scope.onmessage = async ({ data, ports }) => {
  const answer = await acts[data.does]?.(data, ports);
  if (answer !== undefined) scope.postMessage(answer);
};
