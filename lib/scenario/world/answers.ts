/**
 * What the scenario controls of the outside: `io`, `expect`, and the handler of its fetches. Inside the realm.
 *
 * - `io(label, act)`: `act` runs at one step, and its answer arrives at a later one. Without `act` there is only the
 *   answer. `atomic` joins the two, which then counts as an assumption of the run.
 * - An aborted io rejects at once with the signal's reason; an act that has run is not undone.
 * - A fault occurs before an io acts, or before its answer arrives: then it has acted, but nobody learns of it.
 * - The handler of fetches is code of the scenario's realm: a fetch of a worker is handled there, and answered in the
 *   worker's realm.
 */

import { aborted, type AbortSignal } from "./abort.ts";
import { ABORTS, FAILS, Faults, type IoFaults, LATE, type RunFaults } from "./faults.ts";
import { cloned } from "./clone.ts";
import { whenAborted } from "./events.ts";
import { Headers, Response, responseOf, shown } from "./fetch.ts";
import { type Completion, type Fault, type Outside, safeText } from "./outside.ts";
import { sentBy } from "./platform.ts";
import { refuse } from "./refused.ts";

/** The maximum number of characters of an answer in a trace, and of what a fetch sends. */
const MOST_TOLD = 120;
const MOST_SENT = 40;

interface IoOptions {
  readonly atomic?: boolean;
  readonly signal?: AbortSignal;
  readonly faults?: IoFaults;
}

/** The error of an io that fails by a fault. */
class IoError extends Error {
  override readonly name: string = "IoError";
}

/** The default description of an expectation. */
const EXPECTED = "what is expected";

/** Thrown if an expectation does not hold. */
export class ExpectationError extends Error {
  override readonly name: string = "AssertionError";
}

/** The argument of a handler of fetches. */
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

/** Receives the result of an act. */
interface Settling {
  readonly succeeded: (value: unknown) => void;
  readonly failed: (error: unknown) => void;
}

/** A request to the outside. */
interface Asking {
  readonly label: unknown;
  readonly act: ((settling: Settling) => void) | undefined;
  /** The realm of the act, if it is not the present one. */
  readonly realm?: number;
  readonly options: IoOptions;
  /** The default error of a failure. */
  readonly failure: () => unknown;
  /** The data sent with it; undefined if there is none. */
  readonly sent?: unknown;
}

/** The handler of fetches. */
interface Server {
  /** Answers a fetch of any realm; a response is of that realm's class. */
  answer(asked: Fetched, settling: Settling): void;
}

/** A fetch, as passed to other realms. */
interface Fetched extends Omit<Asked, "headers"> {
  readonly headers: Iterable<readonly [string, string]>;
  /** The class of responses in its realm. */
  readonly Response: typeof Response;
}

/** The name of the fetch handler, among the things shared by realms. */
const SERVER = "server";

/** One of the two parts of an io: its act, or its answer. */
interface Coming {
  readonly name: string;
  /** When a fault occurs, as text for people. */
  readonly when: string;
  readonly due?: number;
  /** The realm in which it occurs, if that is not the requesting one. */
  readonly realm?: number;
  readonly come: () => void;
}

/** Creates the world that a scenario receives, and `fetch`. */
export function answers(
  outside: Outside,
  inspect: (value: unknown) => string,
): { readonly world: object; readonly fetch: unknown } {
  const told = (text: () => string) => {
    if (outside.traces) outside.notes.push(text());
  };
  const asked = new Faults(outside);
  const io = (label: unknown, act?: () => unknown, options: IoOptions = {}): Promise<unknown> => {
    if (act !== undefined && typeof act !== "function") {
      throw new TypeError(`Cannot do io ${label}: a ${typeof act} is given, a function that acts is wanted`);
    }
    const acts = act && ((settling: Settling) => perform(act, settling));
    return ask({ label, act: acts, options, failure: () => new IoError(`${label} fails`) });
  };
  const request = (
    label: string,
    options: IoOptions,
    acting: Pick<Asking, "act" | "realm" | "sent"> = { act: undefined },
  ) => {
    return ask({ label, options, ...acting, failure: () => new TypeError(`fetch failed: ${label}`) });
  };
  const ask = ({ label, act, realm, sent, options, failure }: Asking): Promise<unknown> => {
    const { atomic = false, signal } = options;
    if (typeof label !== "string") {
      throw new TypeError(`Cannot do io: its label is of type ${typeof label}, a text such as "fetch a" is wanted`);
    }
    const { fails = false, aborts = false, late = 0 } = options.faults === undefined
      ? outside.faultsOfIo
      : asked.own(label, options.faults);
    const { realm: owner } = outside;
    // Errors of the scenario belong to its realm.
    const given = (error: unknown) => owner === 0 ? error : adopted(error);
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
    const comes = ({ name, when, due = Infinity, realm = owner, come }: Coming) => {
      const instead = (error: () => unknown) => () => {
        forget?.();
        reject(error());
      };
      const fail = typeof fails === "function" ? () => given(fails()) : failure;
      const faults: Fault[] = [
        ...fails === false ? [] : [{ kind: FAILS, label: `${label} fails${when}`, run: instead(fail) }],
        ...aborts ? [{ kind: ABORTS, label: `${label} is aborted${when}`, run: instead(aborted) }] : [],
        ...late === 0 || due !== Infinity ? [] : [{
          kind: LATE,
          label: `${name} comes ${late} ms late`,
          run: () => comes({ name, when, come, realm, due: outside.now + late }),
        }],
      ];
      awaited = outside.post(name, come, { due, faults, isAnswer: true, stack, realm, owner });
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
    const says = (text: () => string) => {
      told(() => (isSent(sent) ? `${onOneLine(shown(sent, inspect), MOST_SENT)} → ` : "") + onOneLine(text()));
    };
    const succeeded = (value: unknown) => {
      if (value !== undefined || isSent(sent)) says(() => value === undefined ? "nothing" : shown(value, inspect));
      answer(() => resolve(value));
    };
    const failed = (thrown: unknown) => {
      const error = given(thrown);
      says(() => `throws ${error instanceof Error ? safeText(error) : inspect(error)}`);
      answer(() => reject(error));
    };
    const acts = () => {
      awaited = undefined;
      act?.({ succeeded, failed });
    };
    if (act === undefined) answer(() => resolve(undefined));
    else comes({ name: label, when: " before it acts", come: acts, ...realm === undefined ? {} : { realm } });
    if (atomic && act !== undefined) outside.assumptions.add(`${label} acts and answers in one step`);
    return promise;
  };
  const expect = (holds: unknown, what: unknown = EXPECTED) => {
    outside.isExpecting = true;
    if (isThenable(holds)) {
      refuse("expect", { is: "a promise is given", instead: "what it comes to, as in expect(await holds)," })();
    }
    if (holds) return;
    const error = new ExpectationError(typeof what === "string" ? what || EXPECTED : inspect(what));
    outside.broken ??= error;
    throw error;
  };
  const fetch = (input: unknown, options: FetchOptions = {}): Promise<unknown> => {
    const server = outside.shared.get(SERVER) as Server | undefined;
    if (server === undefined) {
      return refuse("fetch", { is: "nobody answers it", instead: "a handler, as in serve(({ url }) => body)," })();
    }
    const url = String(input instanceof Object && "url" in input ? input.url : input);
    const { method = "GET", headers, body, signal }: FetchOptions = {
      ...input instanceof Object && "method" in input ? requestParts(input as FetchOptions) : {},
      ...options,
    };
    const how = signal ? { signal } : {};
    const fetched = { url, method: method.toUpperCase(), headers: [...new Headers(headers)], body, Response };
    const act = (settling: Settling) => server.answer(fetched, settling);
    const sending = options.body ?? sentBy(input) ?? body;
    const isQuery = Object.prototype.toString.call(sending) === "[object URLSearchParams]";
    const sent = isQuery ? String(sending) : sending;
    const answered = request(`${fetched.method} ${url}`, how, { act, realm: 0, sent });
    return answered.then((answer) => responseOf(answer, { url, io: request, ...how }));
  };
  const serve = (given: unknown) => {
    if (typeof given !== "function") {
      throw new TypeError(`Cannot serve: a ${typeof given} is given, a function of the request is wanted`);
    }
    const handle = given as (request: Asked) => unknown;
    const server: Server = {
      answer({ headers, body, Response: Own, ...asked }, { succeeded, failed }) {
        const isForeign = Own !== Response && ArrayBuffer.isView(body);
        const request = { ...asked, headers: new Headers(headers), body: isForeign ? cloned(body) : body };
        perform(() => handle(request), {
          succeeded: (value) => succeeded(value instanceof Response ? value.of(Own) : value),
          failed,
        });
      },
    };
    outside.shared.set(SERVER, server);
  };
  const faults = (which: RunFaults) => asked.ask(which);
  return { world: { io, expect, serve, faults }, fetch };
}

/** Performs an act, and reports its result: in a microtask of this realm if that is a promise. */
function perform(act: () => unknown, { succeeded, failed }: Settling): void {
  let value: unknown;
  try {
    value = act();
  } catch (error) {
    failed(error);
    return;
  }
  if (!isThenable(value)) succeeded(value);
  else Promise.resolve(value).then((given) => succeeded(given), (error) => failed(error));
}

/** Copies an error of another realm into this one. */
function adopted(error: unknown): unknown {
  try {
    return cloned(error);
  } catch (uncloneable) {
    return uncloneable;
  }
}

/** The parts of a request of the platform. */
function requestParts({ method, headers, body, signal }: FetchOptions): FetchOptions {
  return {
    ...method === undefined ? {} : { method },
    ...headers ? { headers } : {},
    body,
    ...signal ? { signal } : {},
  };
}

function isSent(sent: unknown): boolean {
  return sent !== undefined && sent !== null;
}

/** Shortens a text for a row of a trace: to one line, and to a maximum length. */
function onOneLine(text: string, most = MOST_TOLD): string {
  const line = text.replaceAll(/\s*\n\s*/g, " ");
  return line.length <= most ? line : `${line.slice(0, most - 1).trimEnd()}…`;
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (typeof value === "object" || typeof value === "function") && value !== null && "then" in value &&
    typeof value.then === "function";
}
