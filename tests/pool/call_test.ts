import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import fc from "fast-check";
import { CancelledError } from "../../lib/errors.ts";
import { Call, type CallOptions } from "../../lib/pool/call.ts";
import { WaitingCalls } from "../../lib/pool/waiting_calls.ts";
import { packed } from "../contracts/packed.ts";
import { runs } from "../contracts/soak.ts";

const numRuns = runs(100);

function call(options: CallOptions = {}, argument: unknown = undefined): Call {
  return new Call("work", { packed: packed(argument), options });
}

Deno.test("Call.settle() counts once, and tells all who wait", async () => {
  let told = 0;
  const settled = new Call("work", { packed: packed(1), onSettled: () => told++ });
  const promises = [settled.promise(), settled.promise(), settled.promise()];
  const seen: unknown[] = [];
  settled.whenSettled((outcome) => seen.push(outcome));
  settled.settle({ value: 5 });
  settled.settle({ error: new Error("too late") });
  settled.whenSettled((outcome) => seen.push(outcome));
  assertEquals(await Promise.all([...promises, settled.promise()]), [5, 5, 5, 5]);
  assertEquals([told, seen, settled.state], [1, [{ value: 5 }, { value: 5 }], "returned"]);
});

Deno.test("Calls have one listener on their signal together, and leave none", () => {
  const counts = { added: 0, removed: 0 };
  const { signal } = new AbortController();
  const add = signal.addEventListener.bind(signal);
  signal.addEventListener = (...args: Parameters<typeof add>) => {
    counts.added++;
    add(...args);
  };
  const remove = signal.removeEventListener.bind(signal);
  signal.removeEventListener = (...args: Parameters<typeof remove>) => {
    counts.removed++;
    remove(...args);
  };
  const calls = Array.from({ length: 10 }, () => call({ signal }));
  for (const [at, one] of calls.entries()) one.settle(at % 2 === 0 ? { value: at } : { error: new Error("it fails") });
  assertEquals(counts, { added: 1, removed: 1 });
});

Deno.test("Call is canceled by its signal wherever it is, also before it is made", () => {
  const stop = new AbortController();
  const early = call({ signal: stop.signal });
  stop.abort(new RangeError("enough"));
  for (const one of [early, call({ signal: stop.signal })]) {
    assert(one.outcome !== undefined && "error" in one.outcome);
    assertInstanceOf(one.outcome.error, CancelledError);
    assertInstanceOf(one.outcome.error.cause, RangeError);
  }
});

Deno.test("Call.mayRunAgain() counts down, and fails with what retryIf throws", () => {
  const twice = call({ retries: 2 });
  const error = new Error("it fails");
  assertEquals([1, 2, 3].map(() => twice.mayRunAgain(error)), [true, true, false]);
  assertEquals(call({ retries: 2, retryIf: () => false }).mayRunAgain(error), false);
  const retryIf = () => {
    throw error;
  };
  const bad = call({ retries: 2, retryIf });
  assertEquals([bad.mayRunAgain(new Error("other")), bad.outcome], [false, { error }]);
});

Deno.test("Call.report() lets nobody's listener stop it", async () => {
  const thrown = new RangeError("a bad listener");
  const one = call();
  one.onProgress = () => {
    throw thrown;
  };
  const heard = Promise.withResolvers<unknown>();
  const listen = (event: ErrorEvent) => {
    event.preventDefault();
    heard.resolve(event.error);
  };
  globalThis.addEventListener("error", listen, { once: true });
  one.report(1);
  assertEquals(await heard.promise, thrown);
});

Deno.test("WaitingCalls gives calls in line, those that wait again first, and forgets those that are given up", () => {
  const actions = fc.array(
    fc.oneof(
      fc.record({ kind: fc.constant("add" as const), guest: fc.option(fc.nat(1), { nil: undefined }) }),
      fc.record({ kind: fc.constant("take" as const), guest: fc.nat(1) }),
      fc.record({ kind: fc.constant("again" as const), count: fc.nat(3) }),
      fc.record({ kind: fc.constant("give up" as const), at: fc.nat(20) }),
    ),
    { maxLength: 60 },
  );
  fc.assert(
    fc.property(actions, (actions) => {
      let givenUp = 0;
      const waiting = new WaitingCalls(2, { givenUp: () => void givenUp++ });
      // The model: lines of both guests and of any, and those that were taken.
      const any: Call[] = [];
      const own = new Map<number | undefined, Call[]>([[0, []], [1, []]]);
      const lineOf = (one: Call) => own.get(one.options.guest) ?? any;
      const all = () => [...own.values()].flat().concat(any);
      const taken: Call[] = [];
      let gone = 0;
      for (const action of actions) {
        if (action.kind === "add") {
          const one = call({ guest: action.guest });
          waiting.add(one);
          lineOf(one).push(one);
        } else if (action.kind === "take") {
          const expected = own.get(action.guest)?.shift() ?? any.shift();
          assertEquals(waiting.peek(action.guest), expected);
          assertEquals(waiting.take(action.guest), expected);
          if (expected !== undefined) taken.push(expected);
        } else if (action.kind === "again") {
          const calls = taken.splice(0, action.count);
          waiting.addAgain(calls);
          for (const one of calls.toReversed()) lineOf(one).unshift(one);
        } else {
          const one = all()[action.at % Math.max(all().length, 1)];
          if (one === undefined) continue;
          lineOf(one).splice(lineOf(one).indexOf(one), 1);
          one.giveUp(new Error("nobody wants it"));
          gone++;
        }
        assertEquals([waiting.count, givenUp], [all().length, gone]);
      }
      waiting.giveUpAll(new Error("nobody wants them"));
      assertEquals([waiting.count, waiting.take(0), waiting.take(1)], [0, undefined, undefined]);
      assert(all().every(({ state }) => state === "failed"));
    }),
    { numRuns },
  );
});

Deno.test("Call that moves a part of its argument needs a guest for itself", () => {
  const buffer = new ArrayBuffer(4);
  const moving = new Call("work", { packed: packed(buffer, [buffer]) });
  const states = [call(), moving, call({ timeout: 1 }), call({ timeout: Infinity })].map((one) => {
    return [one.canBeSentAgain, one.isAlone];
  });
  assertEquals(states, [[true, false], [false, true], [true, true], [true, false]]);
  assert(buffer.detached);
});
