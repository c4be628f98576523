/**
 * A scenario in plain Deno, without realm or bundle: completions from outside are held back by hand, and released in
 * the order of a trace.
 *
 * - Meanwhile this process's timers and clocks are the world's; everything else, such as promises, events and Node's
 *   modules, is the platform's.
 * - As a program, it takes a module, a name, an input and the texts of the trace, as JSON, and prints the result.
 *
 * @module
 */

/** The result, in the form of `exploreScenario`. */
export interface Plain {
  readonly outcome?: unknown;
  /** The kind of bug, and its message without the location. */
  readonly finding?: readonly [kind: string, message: string];
}

/** What to run. */
export interface Replayed {
  /** The module's URL. */
  readonly url: string;
  readonly name: string;
  readonly input?: unknown;
  /** The completions from outside, in order. */
  readonly texts: readonly string[];
}

interface Held {
  readonly label: string;
  readonly due: number;
  readonly run: () => void;
}

/** The time at which the clock of a run starts. */
const EPOCH = 1_735_689_600_000;

const { setImmediate } = globalThis as unknown as { setImmediate(act: () => void): void };

/** Does something in a turn of the event loop, and waits for all its consequences. */
async function turn(act: () => void): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  setImmediate(() => {
    act();
    // The turn after this one: all its microtasks have run, and rejections have been reported.
    setImmediate(() => setImmediate(resolve));
  });
  await promise;
}

let copies = 0;

/** Replays a scenario. */
export async function plainly({ url, name, input, texts }: Replayed): Promise<Plain> {
  // With fresh module state.
  const exports: Record<string, (world: object, input: unknown) => Promise<unknown>> = await import(
    `${url}?${++copies}`
  );
  const held: Held[] = [];
  let now = 0;
  const hold = (label: string, run: () => void, due = Infinity) => {
    const completion = { label, due, run };
    held.push(completion);
    return completion;
  };
  const drop = (completion: Held | undefined) => {
    const place = completion === undefined ? -1 : held.indexOf(completion);
    if (place >= 0) held.splice(place, 1);
  };
  let broken: string | undefined;
  let crash: unknown;
  const world = {
    io: (label: string, act?: () => unknown, { signal }: { signal?: AbortSignal } = {}) => {
      const { promise, resolve, reject } = Promise.withResolvers<unknown>();
      if (signal?.aborted) {
        reject(signal.reason);
        return promise;
      }
      let awaited: Held | undefined;
      signal?.addEventListener("abort", () => {
        drop(awaited);
        reject(signal.reason);
      });
      const answer = (settle: () => void) => {
        awaited = signal?.aborted ? undefined : hold(act === undefined ? label : `${label}, answered`, settle);
      };
      if (act === undefined) answer(() => resolve(undefined));
      else {
        awaited = hold(label, () => {
          try {
            const value = act();
            answer(() => resolve(value));
          } catch (error) {
            answer(() => reject(error));
          }
        });
      }
      return promise;
    },
    expect: (holds: unknown, what: string) => {
      if (holds) return;
      broken ??= what;
      throw Object.assign(new Error(what), { name: "AssertionError" });
    },
  };
  const timers = (kind: string) => (act: (...args: unknown[]) => void, delay?: number, ...args: unknown[]) => {
    const span = Math.max(1, Math.trunc(delay ?? 1));
    const run = () => {
      if (kind === "interval") timer.held = hold(`${kind} ${span} ms`, run, now + span);
      act(...args);
    };
    const timer = { held: hold(`${kind} ${span} ms`, run, now + span), ref: () => timer, unref: () => timer };
    return timer;
  };
  const clear = (timer?: { readonly held: Held }) => drop(timer?.held);
  const ours = {
    setTimeout: timers("timer"),
    setInterval: timers("interval"),
    clearTimeout: clear,
    clearInterval: clear,
  };
  const theirs = Object.fromEntries(Object.keys(ours).map((name) => [name, Reflect.get(globalThis, name)]));
  const { now: dateNow } = Date;
  const rejected = new Map<Promise<unknown>, { readonly reason: unknown; isHandled: boolean }>();
  const unhandled = (event: PromiseRejectionEvent) => {
    event.preventDefault();
    rejected.set(event.promise, { reason: event.reason, isHandled: false });
  };
  const handled = (event: PromiseRejectionEvent) => {
    const rejection = rejected.get(event.promise);
    if (rejection !== undefined) rejection.isHandled = true;
  };
  let state = "runs";
  let value: unknown;
  try {
    Object.assign(globalThis, ours);
    Date.now = () => EPOCH + now;
    Object.defineProperty(performance, "now", { value: () => now, configurable: true });
    globalThis.addEventListener("unhandledrejection", unhandled);
    globalThis.addEventListener("rejectionhandled", handled);
    await turn(() => {
      exports[name]?.(world, structuredClone(input)).then((given) => {
        state = "returned";
        value = given;
      }, (error) => {
        state = "threw";
        value = error;
      });
    });
    for (const text of texts) {
      const ready = held.filter(({ label }) => text === label || text.startsWith(`${label}: `));
      const [next] = ready.sort((one, other) => one.due - other.due || 0);
      if (next === undefined) {
        throw new Error(`Cannot let ${text} go: ${held.map(({ label }) => label).join(", ") || "nothing"} is held`);
      }
      drop(next);
      if (next.due !== Infinity) now = Math.max(now, next.due);
      await turn(() => {
        try {
          next.run();
        } catch (error) {
          crash ??= error;
        }
      });
    }
  } finally {
    globalThis.removeEventListener("unhandledrejection", unhandled);
    globalThis.removeEventListener("rejectionhandled", handled);
    Date.now = dateNow;
    Reflect.deleteProperty(performance, "now");
    Object.assign(globalThis, theirs);
  }
  const told = (error: unknown) => error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const outcome = state === "returned" ? value : undefined;
  const finding = (kind: string, message: string): Plain => ({ outcome, finding: [kind, message] });
  const lost = [...rejected.values()];
  if (broken !== undefined) return finding("assertion", broken);
  const thrown = crash ?? (state === "threw" ? value : undefined);
  if (thrown !== undefined && (thrown as Error).name === "AssertionError") return finding("assertion", told(thrown));
  if (state === "runs" && thrown === undefined) {
    return finding("hang", "the scenario still waits, but nothing is pending");
  }
  if (state === "returned" && lost.length === 0 && held.length > 0) {
    return finding("leak", `it returns and leaves behind: ${held.map(({ label }) => label).join(", ")}`);
  }
  for (const { reason, isHandled } of lost) {
    if (!isHandled) return finding("unhandled-rejection", `nobody handles ${told(reason)}`);
  }
  for (const { reason, isHandled } of lost) {
    if (isHandled) {
      return finding("late-rejection", `${told(reason)} is handled only in a later step: a process would have ended`);
    }
  }
  if (thrown === undefined) return { outcome };
  return finding("exception", crash === undefined ? told(thrown) : `nobody catches ${told(thrown)}`);
}

if (import.meta.main) console.log(JSON.stringify(await plainly(JSON.parse(Deno.args[0] ?? ""))));
