import { assertEquals, assertInstanceOf } from "@std/assert";
import { CancelledError } from "../../lib/errors.ts";
import { Call } from "../../lib/pool/call.ts";
import { streamed } from "../../lib/pool/stream.ts";
import { packed } from "../contracts/packed.ts";

/** A call of items that a guest is in, and what its guest was asked for. */
function calling(onItem: (value: unknown) => void): { readonly call: Call; readonly asked: number[] } {
  const call = new Call("items", { packed: packed(1), onItem });
  const asked: number[] = [];
  call.isWithGuest = true;
  call.pull = (items) => void asked.push(items);
  return { call, asked };
}

Deno.test("streamed() gives a call up that does not end when its loop was left, and no other", async () => {
  for (const ends of [true, false]) {
    let started: ReturnType<typeof calling> | undefined;
    const items = streamed<number>((onItem) => {
      started = calling(onItem);
      started.call.item(1);
      return Promise.resolve(started.call);
    }, { grace: 20 });
    for await (const item of items) {
      assertEquals(item, 1);
      break;
    }
    const { call, asked } = started!;
    assertEquals([asked, call.outcome], [[0], undefined]);
    if (ends) call.settle({ value: undefined });
    await new Promise<void>((resolve) => call.whenSettled(() => resolve()));
    if (ends) assertEquals(call.outcome, { value: undefined });
    else assertInstanceOf((call.outcome as unknown as { error: Error }).error, CancelledError);
  }
});
