/**
 * What the scenario says of the outside: `io`, `expect`, and who answers its fetches. Inside the realm.
 *
 * - `io(label, act)`: `act` happens at one step, its answer arrives at a later one. Without `act` there is the answer alone;
 *   `atomic` joins the two, which the run then takes for granted.
 * - What is aborted is answered at once, with the signal's reason; an act that has happened has happened.
 */

import type { AbortSignal } from "./abort.ts";
import { Headers, type Response, responseOf } from "./fetch.ts";
import type { Completion, Outside } from "./outside.ts";
import { refuse } from "./refused.ts";

interface IoOptions {
  readonly atomic?: boolean;
  readonly signal?: AbortSignal;
}

/** What is thrown where something that is expected does not hold. */
export class ExpectationError extends Error {
  override readonly name: string = "AssertionError";
}

/** What a handler of fetches is given. */
interface Asked {
  readonly url: string;
  readonly method: string;
  readonly headers: Headers;
  readonly body: unknown;
}

interface FetchOptions {
  readonly method?: string;
  readonly headers?: ConstructorParameters<typeof Headers>[0];
  readonly body?: unknown;
  readonly signal?: AbortSignal | null;
}

/** What is handed to the scenario, and `fetch`. */
export function answers(
  outside: Outside,
  inspect: (value: unknown) => string,
): { readonly world: object; readonly fetch: unknown } {
  const told = (text: () => string) => {
    if (outside.traces) outside.notes.push(text());
  };
  let handler: ((request: Asked) => unknown) | undefined;
  outside.resets.push(() => {
    handler = undefined;
  });
  const io = (label: unknown, act?: () => unknown, { atomic = false, signal }: IoOptions = {}): Promise<unknown> => {
    if (typeof label !== "string") {
      throw new TypeError(`Cannot do io: its label is a ${typeof label}, a text such as "fetch a" is wanted`);
    }
    if (act !== undefined && typeof act !== "function") {
      throw new TypeError(`Cannot do io ${label}: a ${typeof act} is given, a function that acts is wanted`);
    }
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    if (signal?.aborted) {
      reject(signal.reason);
      return promise;
    }
    let awaited: Completion | undefined;
    const forget = signal?.whenAborted(() => {
      if (awaited !== undefined) outside.drop(awaited);
      reject(signal.reason);
    });
    const answer = (settle: () => void) => {
      const done = () => {
        forget?.();
        settle();
      };
      if (atomic) done();
      else if (!signal?.aborted) awaited = outside.post(act === undefined ? label : `${label}, answered`, done);
    };
    const succeeded = (value: unknown) => {
      if (value !== undefined) told(() => inspect(value));
      answer(() => resolve(value));
    };
    const failed = (error: unknown) => {
      told(() => `throws ${error instanceof Error ? `${error.name}: ${error.message}` : inspect(error)}`);
      answer(() => reject(error));
    };
    const perform = (act: () => unknown) => {
      awaited = undefined;
      let value: unknown;
      try {
        value = act();
      } catch (error) {
        failed(error);
        return;
      }
      if (!isThenable(value)) succeeded(value);
      else Promise.resolve(value).then(succeeded, failed);
    };
    if (act === undefined) answer(() => resolve(undefined));
    else awaited = outside.post(label, () => perform(act));
    if (atomic && act !== undefined) outside.assumptions.add(`${label} acts and answers in one step`);
    return promise;
  };
  const expect = (holds: unknown, what: unknown = "what is expected") => {
    if (holds) return;
    const error = new ExpectationError(String(what));
    outside.broken ??= error;
    throw error;
  };
  const fetch = (input: unknown, options: FetchOptions = {}): Promise<Response> => {
    const asked = handler;
    if (asked === undefined) refuse("fetch without a handler, which serve takes,")();
    const url = String(input instanceof Object && "url" in input ? input.url : input);
    const method = (options.method ?? "GET").toUpperCase();
    const request = { url, method, headers: new Headers(options.headers), body: options.body };
    const { signal } = options;
    const answered = io(`${method} ${url}`, () => asked?.(request), signal ? { signal } : {});
    return answered.then((answer) => responseOf(answer, { url, io, ...signal ? { signal } : {} }));
  };
  const serve = (given: unknown) => {
    if (typeof given !== "function") {
      throw new TypeError(`Cannot serve: a ${typeof given} is given, a function of the request is wanted`);
    }
    handler = given as typeof handler;
  };
  return { world: { io, expect, serve }, fetch };
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (typeof value === "object" || typeof value === "function") && value !== null && "then" in value &&
    typeof value.then === "function";
}
