/**
 * Answers to fetches: a status, headers, and a complete body. Inside the realm.
 *
 * - Reading the body is a separate `io`, so an abort may come between the head and the body.
 * - If the realm has the platform's own responses (`platform.ts`), answers are of that class, with streams.
 */

import type { AbortSignal } from "./abort.ts";
import { answerText, platformParts, platformResponse, platformText } from "./platform.ts";
import { refuse } from "./refused.ts";

type Pairs = Iterable<readonly [string, string]> | Readonly<Record<string, string>> | Headers;

/** Headers, with case-insensitive names. */
export class Headers {
  readonly #values = new Map<string, string>();

  constructor(init: Pairs = []) {
    const pairs = init instanceof Headers || Symbol.iterator in init ? init : Object.entries(init);
    for (const [name, value] of pairs as Iterable<readonly [string, string]>) this.append(name, value);
  }

  get(name: string): string | null {
    return this.#values.get(name.toLowerCase()) ?? null;
  }

  has(name: string): boolean {
    return this.#values.has(name.toLowerCase());
  }

  set(name: string, value: string): void {
    this.#values.set(name.toLowerCase(), String(value));
  }

  append(name: string, value: string): void {
    const before = this.get(name);
    this.set(name, before === null ? value : `${before}, ${value}`);
  }

  delete(name: string): void {
    this.#values.delete(name.toLowerCase());
  }

  forEach(act: (value: string, name: string) => void): void {
    for (const [name, value] of this) act(value, name);
  }

  *entries(): Generator<[string, string]> {
    for (const entry of [...this.#values].sort(([one], [other]) => one < other ? -1 : 1)) yield entry;
  }

  *keys(): Generator<string> {
    for (const [name] of this.entries()) yield name;
  }

  *values(): Generator<string> {
    for (const [, value] of this.entries()) yield value;
  }

  [Symbol.iterator](): Generator<[string, string]> {
    return this.entries();
  }
}

type Io = (label: string, options: { readonly signal?: AbortSignal }) => Promise<unknown>;

interface Context {
  readonly url: string;
  readonly io: Io;
  readonly signal?: AbortSignal;
}

/** The options of a response. */
interface Settings {
  readonly status?: number;
  readonly statusText?: string;
  readonly headers?: Pairs;
}

/** The parts of a response, as a handler may return them. */
interface Parts extends Settings {
  readonly body?: unknown;
}

const PARTS: readonly string[] = ["status", "statusText", "headers", "body"];

/** The answer to a fetch. */
export class Response {
  readonly status: number;
  readonly statusText: string;
  readonly headers: Headers;
  readonly redirected: boolean = false;
  readonly type: string = "basic";
  bodyUsed = false;
  readonly #body: unknown;
  readonly #context: Context | undefined;

  constructor(body?: unknown, settings?: Settings, context?: Context) {
    const { status = 200, statusText = "", headers = [] } = settings ?? {};
    this.#body = body;
    this.#context = context;
    this.status = status;
    this.statusText = statusText;
    this.headers = new Headers(headers);
  }

  static json(body: unknown, settings?: Settings): Response {
    return new Response(JSON.stringify(body), settings);
  }

  /** A copy of the class of another realm. */
  of(Own: typeof Response): Response {
    return new Own(this.#body, this);
  }

  /** A copy with the context of its fetch. */
  from(context: Context): Response {
    return new Response(this.#body, this, context);
  }

  /** The response as text for people: its body, and its status unless that is 200. */
  toldBy(inspect: (value: unknown) => string): string {
    return answerText(this.status, (this.#body ?? undefined) === undefined ? undefined : inspect(this.#body));
  }

  get url(): string {
    return this.#context?.url ?? "";
  }

  get ok(): boolean {
    return this.status >= 200 && this.status < 300;
  }

  get body(): unknown {
    return refuse("the stream of a body", { inTurns: true })();
  }

  arrayBuffer(): never {
    return refuse("arrayBuffer of a response", { inTurns: true })();
  }

  blob(): never {
    return refuse("blob of a response", { inTurns: true })();
  }

  bytes(): never {
    return refuse("bytes of a response", { inTurns: true })();
  }

  formData(): never {
    return refuse("formData of a response", { inTurns: true })();
  }

  clone(): Response {
    if (this.bodyUsed) throw new TypeError("Cannot clone a response: its body is used, one that is not is wanted");
    return new Response(this.#body, this, this.#context);
  }

  async text(): Promise<string> {
    if (this.bodyUsed) throw new TypeError("Cannot read a body: it is used already, one that is not is wanted");
    this.bodyUsed = true;
    const body = this.#body ?? "";
    if (this.#context !== undefined) {
      const { url, io, signal } = this.#context;
      await io(`body of ${url}`, signal ? { signal } : {});
    }
    return typeof body === "string" ? body : JSON.stringify(body);
  }

  async json(): Promise<unknown> {
    return JSON.parse(await this.text());
  }
}

function isParts(answer: unknown): answer is Parts {
  return typeof answer === "object" && answer !== null &&
    Object.keys(answer).length > 0 && Object.keys(answer).every((key) => PARTS.includes(key));
}

/** What is sent or answered as text for people, without the insides of the platform's objects. */
export function shown(value: unknown, inspect: (value: unknown) => string): string {
  if (value instanceof Response) return value.toldBy(inspect);
  const own = platformText(value, inspect);
  if (own !== undefined) return own;
  const body = isParts(value) ? platformText(value.body, inspect) : undefined;
  return isParts(value) && body !== undefined ? answerText(Number(value.status ?? 200), body) : inspect(value);
}

/** Creates a response from a handler's answer: the parts of a response, or else its body. */
export function responseOf(answer: unknown, context: Context): unknown {
  if (answer instanceof Response) return answer.from(context);
  const { body, ...settings }: Parts = platformParts(answer) as Parts | undefined ??
    (isParts(answer) ? answer : { body: answer });
  const { url, io, signal } = context;
  const arrives = () => io(`body of ${url}`, signal ? { signal } : {});
  return platformResponse({ body, settings, url, arrives }) ?? new Response(body, settings, context);
}
