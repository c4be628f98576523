import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { abstract, defineSystem, scalar } from "../../../lib/diagram/mod.ts";
import { FarSystem } from "../../../lib/host/system/far_system.ts";
import { directHost } from "../../../lib/host/system/inline.ts";
import { type Message, Wire } from "../../../lib/host/system/wire.ts";
import { INITIALIZATION, type Reply } from "../../../lib/simulator/mod.ts";
import { runs } from "../../contracts/soak.ts";

const named = { period: 1, offset: 0 };
const now = () => 0;

/** Counts its updates, and shows what it is given; throws where that is bad. */
const counting = defineSystem({
  name: "counting",
  inputs: { u: abstract<unknown>(undefined) },
  state: { n: scalar(0) },
  outputs: {
    u: { type: abstract<unknown>(undefined), value: ({ input }) => input.u },
    n: { type: scalar(), feedthrough: [], value: ({ state }) => state.n },
  },
  update: {
    period: 1,
    run: ({ input, state, next }) => {
      if (input.u === "bad") throw new RangeError("no good");
      next.n = state.n + 1;
    },
  },
});

function open() {
  const far = new FarSystem(counting, { timing: { period: 1, offset: 0 }, now, host: directHost({ now }) });
  const wire = new Wire(counting);
  const ask = (k: number, seen: number, u: unknown = k): Message => {
    return wire.decode(far.serve(wire.encodeRequest({ k, t: Math.max(k, 0), named, seen, inputs: [u] })) as Uint8Array);
  };
  const reply = (k: number, seen: number, u?: unknown): Reply => {
    const message = ask(k, seen, u);
    assert(message.kind === "reply", JSON.stringify(message));
    return message.reply;
  };
  return { far, wire, ask, reply };
}

Deno.test("FarSystem tells which requests it has worked on since the newest that the near side has seen, and no others", () => {
  // How many requests it is told of later, and how many are skipped.
  const steps = fc.array(fc.record({ behind: fc.nat(4), skipped: fc.nat(2) }), { minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(steps, (steps) => {
      const { reply } = open();
      const worked = [INITIALIZATION];
      assertEquals(reply(INITIALIZATION, INITIALIZATION).processed, [INITIALIZATION]);
      let seen = INITIALIZATION;
      let k = INITIALIZATION;
      for (const { behind, skipped } of steps) {
        k += 1 + skipped;
        seen = Math.max(seen, worked.at(-1 - behind) ?? INITIALIZATION);
        worked.push(k);
        const { processed, outputs } = reply(k, seen);
        assertEquals(processed, worked.filter((request) => request > seen));
        assertEquals(outputs, [k, k + 1]);
      }
    }),
    { numRuns: runs(100) },
  );
});

Deno.test("FarSystem's replies stay as long as they are, however long the run", () => {
  const { far, wire } = open();
  const sizes = new Set<number>();
  for (let k = INITIALIZATION; k < 5000; k++) {
    const request = { k, t: Math.max(k, 0), named, seen: Math.max(INITIALIZATION, k - 2), inputs: [0] };
    const { length } = far.serve(wire.encodeRequest(request)) as Uint8Array;
    if (k > 2) sizes.add(length);
  }
  assertEquals(sizes.size, 1, [...sizes].join());
});

Deno.test("FarSystem answers what the system throws with an error, then and ever after", () => {
  const { ask, reply, far, wire } = open();
  reply(INITIALIZATION, INITIALIZATION);
  reply(0, INITIALIZATION);
  for (const u of ["bad", 1, 2]) {
    const message = ask(1, 0, u);
    assert(message.kind === "error");
    assertEquals([message.phase, message.far.name, message.far.message], ["update", "RangeError", "no good"]);
  }
  assertEquals(wire.decode(far.serve(wire.encodeCall({ kind: "snapshot" })) as Uint8Array).kind, "error");
});

Deno.test("FarSystem refuses messages that are none of the near side's", () => {
  for (const bytes of [new Uint8Array(0), Uint8Array.of(250), new Wire(counting).encodeAnswer(1).slice()]) {
    const { far, wire } = open();
    assertEquals(wire.decode(far.serve(bytes) as Uint8Array).kind, "error");
  }
});

Deno.test("FarSystem goes on from a snapshot as it did then", () => {
  const { far, wire, reply } = open();
  reply(INITIALIZATION, INITIALIZATION);
  reply(0, INITIALIZATION);
  const snapshot = wire.decode(far.serve(wire.encodeCall({ kind: "snapshot" })) as Uint8Array);
  assert(snapshot.kind === "answer");
  const first = reply(1, 0).outputs;
  assertEquals(
    wire.decode(far.serve(wire.encodeCall({ kind: "restore", saved: snapshot.answer })) as Uint8Array).kind,
    "answer",
  );
  assertEquals(reply(1, 0).outputs, first);
});
