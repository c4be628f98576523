import { assertEquals } from "@std/assert";
import { encode } from "../../../lib/codec/mod.ts";
import { beginService } from "../../../lib/host/service/guest.ts";
import { type Batch, FakeEnd } from "../../contracts/fake_end.ts";

const job = {
  use: "service",
  service: { name: "guest", initializer: undefined, shared: undefined },
  attaches: false,
} as const;

async function served(exports: Record<string, unknown>, batches: readonly Batch[], rests: boolean): Promise<FakeEnd> {
  const end = new FakeEnd(batches, { rests });
  const begun = await beginService(exports, { job, end });
  await begun.run();
  return end;
}

const call = (number: number, index = 0) => ({ kind: "call", number, index, payload: encode(number) }) as const;
const OVER = [{ kind: "job", number: 1 }] as const;

Deno.test("a service blocks for its next call, and rests where none comes in a slice, so that it hears messages", async () => {
  const batches = [[call(1), call(2)], [], [], [call(3)], [call(4)], [], OVER];
  const waits = ["blocked", "blocked", "rested", "rested", "blocked", "blocked", "rested"];
  for (const rests of [true, false]) {
    const end = await served({ echo: (value: unknown) => value }, batches, rests);
    assertEquals(end.sent.slice(1).map(({ kind, number }) => [kind, number]), [1, 2, 3, 4].map((at) => ["reply", at]));
    assertEquals(end.waits, waits.map((how) => rests ? how : "blocked"));
  }
});

Deno.test("a service that waits for leave to send items blocks for a slice, then rests", async () => {
  const STREAM = 0x4000;
  const items = async function* () {
    for (let item = 0; item < 18; item++) yield item;
  };
  const pull = { kind: "pull", number: 1, index: 5 } as const;
  for (const rests of [true, false]) {
    const end = await served({ items }, [[call(1, STREAM)], [], [], [pull], OVER], rests);
    assertEquals(end.sent.filter(({ kind }) => kind === "item").length, 18);
    assertEquals(end.sent.at(-1)?.kind, "reply");
    const waits = ["blocked", "blocked", "rested", "rested", "blocked"];
    assertEquals(end.waits, waits.map((how) => rests ? how : "blocked"));
  }
});
