/**
 * What the scenario says of the outside: `io`, `expect`, and who answers its fetches. Inside the realm.
 *
 * - `io(label, act)`: `act` happens at one step, its answer arrives at a later one. Without `act` there is the answer alone;
 *   `atomic` joins the two, which the run then takes for granted.
 * - What is aborted is answered at once, with the signal's reason; an act that has happened has happened.
 * - A fault befalls an io before it acts, or before its answer comes: then it has acted, and nobody hears of it.
 */

import { aborted, type AbortSignal } from "./abort.ts";
import { ABORTS, FAILS, Faults, type IoFaults, LATE, type RunFaults } from "./faults.ts";
import { whenAborted } from "./events.ts";
import { Headers, Response, responseOf } from "./fetch.ts";
import { type Completion, type Fault, type Outside, safeText } from "./outside.ts";
import { refuse } from "./refused.ts";

/** How many characters of an answer a trace tells. */
const MOST_TOLD = 120;

interface IoOptions {
  readonly atomic?: boolean;
  readonly signal?: AbortSignal;
  readonly faults?: IoFaults;
}

/** What an io fails with that a scenario has let fail. */
class IoError extends Error {
  override readonly name: string = "IoError";
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

/** Something that is asked of the outside, and what it fails with where nothing else is said. */
interface Asking {
  readonly label: unknown;
  readonly act: (() => unknown) | undefined;
  readonly options: IoOptions;
  readonly failure: () => unknown;
}

/** One of the two parts of an io: its act, or its answer. */
interface Coming {
  readonly name: string;
  /** When a fault befalls it, for people. */
  readonly when: string;
  readonly due?: number;
  readonly come: () => void;
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
  const asked = new Faults(outside);
  const io = (label: unknown, act?: () => unknown, options: IoOptions = {}): Promise<unknown> => {
    return ask({ label, act, options, failure: () => new IoError(`${label} fails`) });
  };
  const request: typeof io = (label, act, options = {}) => {
    return ask({ label, act, options, failure: () => new TypeError(`fetch failed: ${label}`) });
  };
  const ask = ({ label, act, options, failure }: Asking): Promise<unknown> => {
    const { atomic = false, signal } = options;
    if (typeof label !== "string") {
      throw new TypeError(`Cannot do io: its label is of type ${typeof label}, a text such as "fetch a" is wanted`);
    }
    if (act !== undefined && typeof act !== "function") {
      throw new TypeError(`Cannot do io ${label}: a ${typeof act} is given, a function that acts is wanted`);
    }
    const { fails = false, aborts = false, late = 0 } = options.faults === undefined
      ? asked.ofIo
      : asked.own(label, options.faults);
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    if (signal?.aborted) {
      reject(signal.reason);
      return promise;
    }
    let awaited: Completion | undefined;
    const { stack } = outside;
    const forget = signal && whenAborted(signal, () => {
      if (awaited !== undefined) outside.drop(awaited);
      reject(signal.reason);
    });
    const comes = ({ name, when, due = Infinity, come }: Coming) => {
      const instead = (error: () => unknown) => () => {
        forget?.();
        reject(error());
      };
      const fail = typeof fails === "function" ? fails : failure;
      const faults: Fault[] = [
        ...fails === false ? [] : [{ kind: FAILS, label: `${label} fails${when}`, run: instead(fail) }],
        ...aborts ? [{ kind: ABORTS, label: `${label} is aborted${when}`, run: instead(aborted) }] : [],
        ...late === 0 || due !== Infinity ? [] : [{
          kind: LATE,
          label: `${name} comes ${late} ms late`,
          run: () => comes({ name, when, come, due: outside.now + late }),
        }],
      ];
      awaited = outside.post(name, come, { due, faults, isAnswer: true, stack });
    };
    const answer = (settle: () => void) => {
      const done = () => {
        forget?.();
        settle();
      };
      if (atomic && act !== undefined) done();
      else if (signal?.aborted) return;
      else if (act === undefined) comes({ name: label, when: "", come: done });
      else comes({ name: `${label}, answered`, when: ", though it has acted", come: done });
    };
    const succeeded = (value: unknown) => {
      if (value !== undefined) {
        told(() => onOneLine(value instanceof Response ? value.toldBy(inspect) : inspect(value)));
      }
      answer(() => resolve(value));
    };
    const failed = (error: unknown) => {
      told(() => onOneLine(`throws ${error instanceof Error ? safeText(error) : inspect(error)}`));
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
    else comes({ name: label, when: " before it acts", come: () => perform(act) });
    if (atomic && act !== undefined) outside.assumptions.add(`${label} acts and answers in one step`);
    return promise;
  };
  const expect = (holds: unknown, what: unknown = "what is expected") => {
    if (holds) return;
    const error = new ExpectationError(String(what));
    outside.broken ??= error;
    throw error;
  };
  const fetch = (input: unknown, options: FetchOptions = {}): Promise<unknown> => {
    const handle = handler;
    if (handle === undefined) {
      refuse("fetch", { is: "nobody answers it", instead: "a handler, as in serve(({ url }) => body)," })();
    }
    const url = String(input instanceof Object && "url" in input ? input.url : input);
    const { method = "GET", headers, body, signal }: FetchOptions = {
      ...input instanceof Object && "method" in input ? requestParts(input as FetchOptions) : {},
      ...options,
    };
    const given = { url, method: method.toUpperCase(), headers: new Headers(headers), body };
    const answered = request(`${given.method} ${url}`, () => handle?.(given), signal ? { signal } : {});
    return answered.then((answer) => responseOf(answer, { url, io: request, ...signal ? { signal } : {} }));
  };
  const serve = (given: unknown) => {
    if (typeof given !== "function") {
      throw new TypeError(`Cannot serve: a ${typeof given} is given, a function of the request is wanted`);
    }
    handler = given as typeof handler;
  };
  const faults = (which: RunFaults) => asked.ask(which);
  return { world: { io, expect, serve, faults }, fetch };
}

/** The parts of a request of the platform's own. */
function requestParts({ method, headers, body, signal }: FetchOptions): FetchOptions {
  return {
    ...method === undefined ? {} : { method },
    ...headers ? { headers } : {},
    body,
    ...signal ? { signal } : {},
  };
}

/** A text in a row of a trace: on one line, and not all of it where it is long. */
function onOneLine(text: string): string {
  const line = text.replaceAll(/\s*\n\s*/g, " ");
  return line.length <= MOST_TOLD ? line : `${line.slice(0, MOST_TOLD - 1).trimEnd()}…`;
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (typeof value === "object" || typeof value === "function") && value !== null && "then" in value &&
    typeof value.then === "function";
}
