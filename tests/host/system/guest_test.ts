import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { abstract, defineSystem, scalar, signature } from "../../../lib/diagram/mod.ts";
import { beginSystem } from "../../../lib/host/system/guest.ts";
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
      beginSystem({ echo: () => echo }, { message: { ...message, newest }, end }).run();
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

Deno.test("a system's guest refuses a system whose ports are others than the near side expects", () => {
  assertThrows(
    () =>
      beginSystem({ echo: () => echo }, {
        message: { ...message, signature: "() -> (z: scalar)" },
        end: new FakeEnd([]),
      }),
    TypeError,
    "() -> (z: scalar) is wanted",
  );
});
