/**
 * What the scenario says of the outside: `io`, `expect`, and who answers its fetches. Inside the realm.
 *
 * - `io(label, act)`: `act` happens at one step, its answer arrives at a later one. Without `act` there is the answer alone;
 *   `atomic` joins the two, which the run then takes for granted.
 * - What is aborted is answered at once, with the signal's reason; an act that has happened has happened.
 * - A fault befalls an io before it acts, or before its answer comes: then it has acted, and nobody hears of it.
 * - Who answers fetches is code of the scenario's realm: what a worker fetches is done there, and answered in the worker's.
 */

import { aborted, type AbortSignal } from "./abort.ts";
import { ABORTS, FAILS, Faults, type IoFaults, LATE, type RunFaults } from "./faults.ts";
import { cloned } from "./clone.ts";
import { whenAborted } from "./events.ts";
import { Headers, Response, responseOf } from "./fetch.ts";
import { type Completion, type Fault, type Outside, safeText } from "./outside.ts";
import { refuse } from "./refused.ts";

/** How many characters of an answer a trace tells, and of what a fetch sends. */
const MOST_TOLD = 120;
const MOST_SENT = 40;

interface IoOptions {
  readonly atomic?: boolean;
  readonly signal?: AbortSignal;
  readonly faults?: IoFaults;
}

/** What an io fails with that a scenario has let fail. */
class IoError extends Error {
  override readonly name: string = "IoError";
}

/** What is told of it where nothing else is said. */
const EXPECTED = "what is expected";

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

/** Hears what an act has come to. */
interface Settling {
  readonly succeeded: (value: unknown) => void;
  readonly failed: (error: unknown) => void;
}

/** Something that is asked of the outside. */
interface Asking {
  readonly label: unknown;
  readonly act: ((settling: Settling) => void) | undefined;
  /** The realm of the act, where that is not the present one. */
  readonly realm?: number;
  readonly options: IoOptions;
  /** What it fails with where nothing else is said. */
  readonly failure: () => unknown;
  /** What is sent along; undefined where nothing is. */
  readonly sent?: unknown;
}

/** Who answers fetches. */
interface Server {
  /** Answers one of whatever realm: with a response of that realm's class where it gives one. */
  answer(asked: Fetched, settling: Settling): void;
}

/** A fetch, for other realms. */
interface Fetched extends Omit<Asked, "headers"> {
  readonly headers: Iterable<readonly [string, string]>;
  /** The class of its realm. */
  readonly Response: typeof Response;
}

/** The name of who answers fetches, among what realms have in common. */
const SERVER = "server";

/** One of the two parts of an io: its act, or its answer. */
interface Coming {
  readonly name: string;
  /** When a fault befalls it, for people. */
  readonly when: string;
  readonly due?: number;
  /** The realm in which it comes, where that is not the one that has asked. */
  readonly realm?: number;
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
    // What the scenario says is of its realm.
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
      told(() => (isTold(sent) ? `${onOneLine(inspect(sent), MOST_SENT)} → ` : "") + onOneLine(text()));
    };
    const succeeded = (value: unknown) => {
      if (value instanceof Response) says(() => value.toldBy(inspect));
      else if (value !== undefined || isTold(sent)) says(() => value === undefined ? "nothing" : inspect(value));
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
    const answered = request(`${fetched.method} ${url}`, how, { act, realm: 0, sent: body });
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

/** Does something, and tells what it has come to: in a microtask of this realm where that is a promise. */
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

/** An error of another realm as one of this. */
function adopted(error: unknown): unknown {
  try {
    return cloned(error);
  } catch (uncloneable) {
    return uncloneable;
  }
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

/** Whether a row can tell what is sent: a stream says nothing. */
function isTold(sent: unknown): boolean {
  return sent !== undefined && sent !== null && !(typeof sent === "object" && "getReader" in sent);
}

/** A text in a row of a trace: on one line, and not all of it where it is long. */
function onOneLine(text: string, most = MOST_TOLD): string {
  const line = text.replaceAll(/\s*\n\s*/g, " ");
  return line.length <= most ? line : `${line.slice(0, most - 1).trimEnd()}…`;
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (typeof value === "object" || typeof value === "function") && value !== null && "then" in value &&
    typeof value.then === "function";
}
