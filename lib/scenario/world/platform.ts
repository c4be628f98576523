/**
 * The platform's own classes, if the world's realm has them: bodies, streams, and abort signals for them. Inside the
 * realm.
 *
 * - A realm with its own queue has none of them.
 * - Their promises settle within a turn of the event loop: none waits for anything outside the process.
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
  readonly ReadableStream?: new (source: unknown, strategy: unknown) => unknown;
}

/** The part of a response that is used. */
interface PlatformResponse {
  readonly body: Body | null;
  readonly status: number;
  readonly statusText: string;
  readonly headers: Iterable<readonly [string, string]>;
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
const { AbortController, AbortSignal: Signal, Response: Answer, ReadableStream: Stream }: Platform = own;

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
  return { ...own, AbortSignal };
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
  const given = new Answer(isData && body !== undefined ? JSON.stringify(body) : body ?? emptyOf(settings), settings);
  if (given.body === null) return Object.defineProperty(given, "url", { value: url });
  const reader = given.body.getReader();
  const pull = async (controller: { enqueue(chunk: unknown): void; close(): void }) => {
    await arrives();
    for (let next = await reader.read(); !next.done; next = await reader.read()) controller.enqueue(next.value);
    controller.close();
  };
  const stream = new Stream({ pull, cancel: () => reader.cancel() }, { highWaterMark: 0 });
  const { status, statusText, headers } = given;
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
