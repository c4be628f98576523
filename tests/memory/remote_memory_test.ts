import { assert, assertEquals, assertThrows } from "@std/assert";
import { Host, MODE_NAMES } from "../../lib/host/mod.ts";
import { type Answer, Layout, ModelMemory, type Operation, RemoteMemory } from "../../lib/memory/mod.ts";
import { within } from "../contracts/deadline.ts";
import { testMemoryContract } from "../contracts/memory_contract.ts";
import { remoteSubject } from "../contracts/remote_subject.ts";
import { everyOperation } from "../guests/memory_program.ts";

testMemoryContract(() => remoteSubject);

Deno.test("every operation has the same answers in all modes, over a real pipe too", async () => {
  await using host = new Host();
  const [direct, thread, process] = await within(
    20,
    Promise.all(MODE_NAMES.map(async (mode) => {
      const { outcome, errors } = await host.run(everyOperation, { mode });
      assertEquals(errors, []);
      return outcome;
    })),
  );
  assertEquals(thread, direct);
  assertEquals(process, direct);
});

Deno.test("RemoteMemory asks its owner for all but the clock and chance, and for these as well where it is told to", () => {
  const layout = new Layout();
  const word = layout.word("word");
  const bytes = layout.bytes("bytes", 8);
  const all: readonly Operation[] = [
    { kind: "store", cell: "i32", word, value: 1, order: "plain" },
    { kind: "read", offset: bytes.offset, length: 2, into: new Uint8Array(4) },
    { kind: "now" },
    { kind: "choose", n: 3 },
    { kind: "notify", word, count: 1 },
  ];
  for (const asksAll of [false, true]) {
    const asked: string[] = [];
    const owner = new ModelMemory(layout);
    const perform = (operation: Operation): Answer => {
      asked.push(operation.kind);
      return owner.perform(operation);
    };
    const memory = new RemoteMemory(layout, {
      perform,
      ticket: () => 1,
      clock: () => 5,
      chooser: (n) => n - 1,
      asksAll,
    });
    const answers = all.map((operation) => memory.perform(operation));
    assertEquals(asked, all.map(({ kind }) => kind).filter((kind) => asksAll || (kind !== "now" && kind !== "choose")));
    assertEquals([answers[2], answers[3]], asksAll ? [0, 0] : [5, 2]);
  }
});

Deno.test("RemoteMemory reads into the buffer that it is given, and sends no such buffer", () => {
  const layout = new Layout();
  layout.bytes("bytes", 8);
  const owner = new ModelMemory(layout);
  owner.perform({ kind: "write", offset: 0, bytes: Uint8Array.of(1, 2, 3) });
  const perform = (operation: Operation): Answer => {
    assert(operation.kind !== "read" || operation.into === undefined || operation.into.length < operation.length);
    return owner.perform(operation);
  };
  const memory = new RemoteMemory(layout, { perform, ticket: () => 1, clock: () => 0 });
  const into = new Uint8Array(5);
  assertEquals(memory.perform({ kind: "read", offset: 0, length: 3, into }), Uint8Array.of(1, 2, 3));
  assertEquals(into, Uint8Array.of(1, 2, 3, 0, 0));
  assertThrows(() => memory.perform({ kind: "read", offset: 0, length: 6, into }), RangeError, "a target of 5 bytes");
});
