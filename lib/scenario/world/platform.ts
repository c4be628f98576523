/**
 * The platform's own classes, if the world's realm has them: bodies, streams, and abort signals for them. Inside the
 * realm.
 *
 * - A realm with its own queue has none of them.
 * - Their promises settle within a turn of the event loop: none waits for anything outside the process.
 * - Requests and responses remember the body that they are created with, so that rows can show it without reading it.
 */

import type { AbortSignal } from "./abort.ts";
import type { Outside } from "./outside.ts";

/** The classes that are used here. */
interface Platform {
  readonly AbortController?: new () => {
    readonly signal: AbortSignal;
    abort(reason: unknown): void;
  };
  readonly AbortSignal?: abstract new () => AbortSignal;
  readonly Response?: new (body: unknown, settings: unknown) => PlatformResponse;
  readonly Request?: new (input: unknown, settings: unknown) => object;
  readonly Headers?: new (init: unknown) => Headers;
  readonly ReadableStream?: new (source: unknown, strategy: unknown) => unknown;
}

/** The part of a response that is used. */
interface PlatformResponse {
  readonly body: Body | null;
  readonly status: number;
  readonly statusText: string;
  readonly headers: Iterable<readonly [string, string]>;
}

/** A class of the platform. */
type Constructor = (new (...args: readonly never[]) => object) & { readonly prototype: object };

/** The options of a response. */
interface Settings {
  readonly status?: number;
  readonly statusText?: string;
  readonly headers?: unknown;
}

/** A stream of bytes. */
interface Body {
  getReader(): { read(): Promise<{ readonly done: boolean; readonly value?: unknown }>; cancel(): Promise<void> };
}

/** The names of the platform's classes. */
export const PLATFORM = [
  "AbortController",
  "AbortSignal",
  "Blob",
  "Buffer",
  "ByteLengthQueuingStrategy",
  "CompressionStream",
  "CountQueuingStrategy",
  "DecompressionStream",
  "DOMException",
  "File",
  "FormData",
  "Headers",
  "ReadableByteStreamController",
  "ReadableStream",
  "ReadableStreamBYOBReader",
  "ReadableStreamBYOBRequest",
  "ReadableStreamDefaultController",
  "ReadableStreamDefaultReader",
  "Request",
  "Response",
  "TextDecoderStream",
  "TextEncoderStream",
  "TransformStream",
  "TransformStreamDefaultController",
  "URLSearchParams",
  "WritableStream",
  "WritableStreamDefaultController",
  "WritableStreamDefaultWriter",
] as const;

/** The classes by name; empty if the realm has none. */
const own: Readonly<Record<string, unknown>> = Reflect.get(globalThis, "Request") === undefined
  ? {}
  : Object.fromEntries(PLATFORM.map((name) => [name, Reflect.get(globalThis, name)]));
const { AbortController, AbortSignal: Signal, Response: Answer, Request, Headers, ReadableStream: Stream }: Platform =
  own;

/** The bodies of requests and responses, as they were given. */
const given = new WeakMap<object, unknown>();

/** A request or response, whose body and that of its clones is remembered. */
function remembering<T extends object>(made: T, body: unknown): T {
  given.set(made, body);
  const clone = Reflect.get(made, "clone") as unknown as () => object;
  const value = () => remembering(Reflect.apply(clone, made, []), body);
  return Object.defineProperty(made, "clone", { value, writable: true, configurable: true });
}

/** A class of the platform whose objects remember a body, which is found among the arguments. */
function rememberingKind(Host: Constructor, bodyOf: (args: readonly unknown[]) => unknown): object {
  const Own = function (...args: readonly unknown[]): object {
    if (new.target === undefined) {
      throw new TypeError(`Class constructor ${Host.name} cannot be invoked without 'new'`);
    }
    return remembering(Reflect.construct(Host, args, new.target), bodyOf(args));
  };
  Object.defineProperties(Own, {
    name: { value: Host.name },
    length: { value: Host.length },
    prototype: { value: Host.prototype, writable: false },
  });
  return Object.setPrototypeOf(Own, Host);
}

/** `Response.json`, which remembers the text. */
function json(data: unknown, options?: Settings | null): object {
  const { status, statusText, headers } = options ?? {};
  const text = JSON.stringify(data);
  if (Answer === undefined || Headers === undefined || text === undefined) {
    throw new TypeError("Cannot create a response: its data has no JSON, data that has is wanted");
  }
  const all = new Headers(headers);
  if (!all.has("content-type")) all.set("content-type", "application/json");
  const settings = {
    headers: all,
    ...status === undefined ? {} : { status },
    ...statusText === undefined ? {} : { statusText },
  };
  return remembering(new Answer(text, settings), text);
}

/** The classes that remember bodies; empty if the realm has none. */
function rememberingKinds(): Readonly<Record<string, unknown>> {
  if (Answer === undefined || Request === undefined) return {};
  const ofRequest = ([input, settings]: readonly unknown[]) => {
    const { body } = (settings ?? {}) as { readonly body?: unknown };
    return body ?? sentBy(input);
  };
  const Response = rememberingKind(Answer, ([body]) => body);
  Object.defineProperty(Response, "json", { value: json, writable: true, configurable: true });
  return { Response, Request: rememberingKind(Request, ofRequest) };
}

/** The body that a request was created with; its stream if that is not known, undefined if it is none. */
export function sentBy(request: unknown): unknown {
  if (Request === undefined || !(request instanceof Request)) return undefined;
  return given.get(request) ?? Reflect.get(request, "body") ?? undefined;
}

/** The classes whose objects say nothing as text. */
const SILENT = ["ReadableStream", "File", "Blob", "FormData", "Request"] as const;

/** An object of the platform as text for people; undefined if it is none. */
export function platformText(value: unknown, inspect: (value: unknown) => string): string | undefined {
  if (Answer === undefined || typeof value !== "object" || value === null) return undefined;
  const isA = (name: string) => typeof own[name] === "function" && value instanceof own[name];
  if (isA("URLSearchParams")) return inspect(String(value));
  if (value instanceof Answer) {
    const body = value.body === null ? undefined : given.get(value) ?? value.body;
    return answerText(value.status, body === undefined ? undefined : platformText(body, inspect) ?? inspect(body));
  }
  const kind = SILENT.find(isA);
  return kind && `(a ${kind === "ReadableStream" ? "stream" : kind})`;
}

/** An answer as text for people: its body, and its status unless that is 200. */
export function answerText(status: number, body: string | undefined): string {
  if (status === 200) return body ?? "nothing";
  return body === undefined ? `{ status: ${status} }` : `{ status: ${status}, body: ${body} }`;
}

const kinds = rememberingKinds();

/** The platform's classes as globals of one outside; empty if the realm has none. */
export function platformGlobals(outside: Outside, timedOut: () => unknown): Readonly<Record<string, unknown>> {
  if (AbortController === undefined || Signal === undefined) return {};
  const made = Signal;
  const timeout = (delay: number): AbortSignal => {
    const controller = new AbortController();
    const whole = Math.max(0, Math.trunc(Number(delay)));
    const completion = outside.post(`timeout ${whole} ms`, () => controller.abort(timedOut()), {
      due: outside.now + whole,
    });
    completion.isHeld = false;
    return controller.signal;
  };
  const AbortSignal = Object.create(made, {
    timeout: { value: timeout },
    [Symbol.hasInstance]: { value: (value: unknown) => value instanceof made },
  });
  return { ...own, ...kinds, AbortSignal };
}

/** The parts of a response. */
export interface Answering {
  readonly body: unknown;
  readonly settings: object;
  readonly url: string;
  /** Waits for the body to arrive. */
  readonly arrives: () => Promise<unknown>;
}

/** Creates a response of the platform, whose body arrives when it is read; undefined if the realm has none. */
export function platformResponse({ body, settings, url, arrives }: Answering): PlatformResponse | undefined {
  if (Answer === undefined || Stream === undefined) return undefined;
  const isData = typeof body !== "string" && (typeof body !== "object" || Array.isArray(body) || isPlain(body));
  const answer = new Answer(isData && body !== undefined ? JSON.stringify(body) : body ?? emptyOf(settings), settings);
  if (answer.body === null) return Object.defineProperty(answer, "url", { value: url });
  const reader = answer.body.getReader();
  const pull = async (controller: { enqueue(chunk: unknown): void; close(): void }) => {
    await arrives();
    for (let next = await reader.read(); !next.done; next = await reader.read()) controller.enqueue(next.value);
    controller.close();
  };
  const stream = new Stream({ pull, cancel: () => reader.cancel() }, { highWaterMark: 0 });
  const { status, statusText, headers } = answer;
  return Object.defineProperty(new Answer(stream, { status, statusText, headers }), "url", { value: url });
}

/** The statuses of answers without a body. */
const BODILESS = [101, 204, 205, 304];

function emptyOf(settings: object): string | null {
  return "status" in settings && BODILESS.includes(Number(settings.status)) ? null : "";
}

function isPlain(value: object | null): boolean {
  if (value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** The parts of a response of the platform; undefined if the answer is not one. */
export function platformParts(answer: unknown): PlatformResponse | undefined {
  if (Answer === undefined || !(answer instanceof Answer)) return undefined;
  const { body, status, statusText, headers } = answer;
  return { body, status, statusText, headers };
}
