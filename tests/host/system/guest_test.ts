import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { abstract, defineSystem, scalar, signature } from "../../../lib/diagram/mod.ts";
import { beginSystems } from "../../../lib/host/system/guest.ts";
import { Wire } from "../../../lib/host/system/wire.ts";
import { INITIALIZATION } from "../../../lib/simulator/mod.ts";
import { type Batch, FakeEnd } from "../../contracts/fake_end.ts";
import { runs } from "../../contracts/soak.ts";

const named = { period: 1, offset: 0 };
const echo = defineSystem({
  name: "echo",
  inputs: { u: abstract<unknown>(undefined) },
  state: { n: scalar(0) },
  outputs: { u: { type: abstract<unknown>(undefined), value: ({ input }) => input.u } },
  update: { period: 1, run: ({ state, next }) => void (next.n = state.n + 1) },
});
const message = {
  reference: { module: "data:,", export: "echo" },
  signature: signature(echo),
  timing: { period: 1, offset: 0 },
  newest: true,
};
const wire = new Wire(echo);

/** The request that is posted with that number; its input is that many bytes, which say the number. */
function request(number: number, size: number): Batch[number] {
  const k = number === 1 ? INITIALIZATION : number - 2;
  const inputs = [new Uint8Array(size).fill(number)];
  const seen = INITIALIZATION;
  return { kind: "post", number, payload: wire.encodeRequest({ k, t: Math.max(k, 0), named, seen, inputs }).slice() };
}

Deno.test("a system's guest answers each request, or the newest of those that are there, once, with its number", () => {
  // How large the requests are that are there at once; the first one initializes.
  const batches = fc.array(fc.array(fc.oneof(fc.nat(20), fc.nat(3000)), { maxLength: 5 }), { maxLength: 12 });
  fc.assert(
    fc.property(batches, fc.boolean(), fc.boolean(), (sizes, last, newest) => {
      let number = 0;
      const posts = [[10], ...sizes].map((batch) => batch.map((size) => request(++number, size)));
      // Nobody hears the answer to what is there beside the end of the job, where only the newest counts.
      const behind = last ? [request(number + 1, 1)] : [];
      const end = new FakeEnd([...posts, [...behind, { kind: "job", number: 1 }]]);
      const begun = beginSystems({ echo: () => echo }, { systems: [{ ...message, newest }], end });
      if ("run" in begun) begun.run();
      const answered = newest
        ? posts.filter((batch) => batch.length > 0).map((batch) => batch.at(-1)!.number!)
        : [...posts, behind].flat().map(({ number }) => number!);
      assertEquals(end.sent.map(({ kind, number }) => [kind, number]), answered.map((number) => ["reply", number]));
      for (const { number, payload } of end.sent) {
        const answer = wire.decode(payload);
        const [u] = answer.kind === "reply" ? answer.reply.outputs as [Uint8Array] : [];
        assertEquals(u?.every((byte) => byte === number % 256), true, JSON.stringify(answer));
      }
    }),
    { numRuns: runs(100) },
  );
});

Deno.test("a guest of several systems answers for the one that a request is for, those of which each counts first", () => {
  const batches = fc.array(fc.array(fc.nat(2), { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(batches, (batches) => {
      const numbers = [0, 0, 0];
      let number = 0;
      const posts = [[0, 1, 2], ...batches].map((batch) =>
        batch.map((index) => ({ ...request(++numbers[index]!, index + 1), number: ++number, index }))
      );
      const end = new FakeEnd([...posts, [{ kind: "job", number: 1 }]]);
      const messages = [message, { ...message, newest: true }, message].map((message, index) => {
        return { ...message, newest: index === 1 };
      });
      const begun = beginSystems({ echo: () => echo }, { systems: messages, end });
      if ("run" in begun) begun.run();
      const answered = posts.flatMap((batch) => [
        ...batch.filter(({ index }) => index !== 1),
        ...batch.filter(({ index }) => index === 1).slice(-1),
      ]);
      assertEquals(end.sent.map(({ number }) => number), answered.map(({ number }) => number));
      end.sent.forEach(({ payload }, at) => {
        const { index, payload: asked } = answered[at]!;
        const [reply, post] = [wire.decode(payload), wire.decode(asked!)];
        assert(reply.kind === "reply" && post.kind === "request");
        assertEquals([reply.reply.k, reply.reply.outputs], [post.request.k, post.request.inputs], `system ${index}`);
      });
    }),
    { numRuns: runs(100) },
  );
});

Deno.test("a guest awaits the handlers of several systems at once, and one request of each at a time", async () => {
  const begun: number[] = [];
  let met = Promise.withResolvers<void>();
  const meeting = (own: number) =>
    defineSystem({
      name: "meeting",
      async: true,
      inputs: { u: abstract<unknown>(undefined) },
      state: { n: scalar(0) },
      outputs: { u: { type: abstract<unknown>(undefined), value: ({ input }) => input.u } },
      update: {
        period: 1,
        run: async ({ state, next }) => {
          begun.push(own);
          const { promise, resolve } = met;
          if (begun.length % 2 === 0) {
            resolve();
            met = Promise.withResolvers();
          }
          await promise;
          next.n = state.n + 1;
        },
      },
    });
  const posts = [1, 2, 3, 4].flatMap((k) =>
    [0, 1].map((index) => ({ ...request(k, k), number: 2 * k + index, index }))
  );
  const end = new FakeEnd([posts.slice(0, 2), posts.slice(2), [{ kind: "job", number: 1 }]]);
  const systems = [message, message].map((message, index) => {
    return { ...message, newest: false, reference: { module: "data:,", export: `s${index}` } };
  });
  const job = beginSystems({ s0: () => meeting(0), s1: () => meeting(1) }, { systems, end });
  assert("run" in job);
  await job.run();
  assertEquals(begun, [0, 1, 0, 1, 0, 1]);
  assertEquals(
    end.sent.map(({ number }) => number).toSorted((one, other) => one - other),
    posts.map((post) => post.number),
  );
  for (const { number, payload } of end.sent) {
    const answer = wire.decode(payload);
    assert(answer.kind === "reply", JSON.stringify(answer));
    assertEquals(
      answer.reply.k,
      posts.find((post) => post.number === number)!.number >> 1 === 1 ? INITIALIZATION : (number >> 1) - 2,
    );
  }
});

Deno.test("a system's guest refuses a system whose ports are others than the near side expects, and says which", () => {
  const systems = [message, { ...message, signature: "() -> (z: scalar)" }];
  const fault = beginSystems({ echo: () => echo }, { systems, end: new FakeEnd([]) });
  assert("thrown" in fault && fault.thrown instanceof TypeError);
  assertEquals(fault.which, 1);
  assertStringIncludes(fault.thrown.message, "() -> (z: scalar) is wanted");
});
