import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { GuestDiedError } from "../../lib/errors.ts";
import type { GuestHost, ServiceCall, ServiceLink, ServiceListener, Transferable } from "../../lib/host/mod.ts";
import { Call, type CallOptions } from "../../lib/pool/call.ts";
import { packed } from "../contracts/packed.ts";
import { poolSettings } from "../../lib/pool/pool_options.ts";
import { Slot } from "../../lib/pool/slot.ts";

/** A host whose guests do what the test says. */
class Stand {
  readonly links: { readonly listener: ServiceListener; readonly calls: ServiceCall[]; abandoned: boolean }[] = [];
  readonly returned: Call[] = [];
  readonly failures: Error[] = [];
  /** What ends a guest while word comes that it is ready. */
  early: Error | undefined;
  /** How the next starts fail. */
  readonly refusals: Error[] = [];
  readonly slot: Slot;

  constructor() {
    this.slot = new Slot({
      name: "guest",
      number: 0,
      // The part of a host that a slot uses.
      host: { serve: this.#serve.bind(this) } as unknown as GuestHost,
      settings: poolSettings({ mode: "thread", module: "data:,", idleTimeout: Infinity }),
      share: undefined,
      takeTask: () => 0,
      giveTask: () => {},
      mayRetire: () => true,
      now: () => 0,
      ready: () => {},
      returned: (calls) => void this.returned.push(...calls),
      failed: (error) => void this.failures.push(error),
    });
  }

  take(options: CallOptions = {}, transfer: readonly Transferable[] = []): Call {
    const call = new Call("work", { packed: packed(1, transfer), options });
    this.slot.take(call);
    this.slot.flush();
    return call;
  }

  #serve(_job: unknown, { listener }: { readonly listener: ServiceListener }): Promise<ServiceLink> {
    const refusal = this.refusals.shift();
    if (refusal !== undefined) return Promise.reject(refusal);
    const link = { listener, calls: [] as ServiceCall[], abandoned: false };
    this.links.push(link);
    const { early } = this;
    this.early = undefined;
    if (early !== undefined) listener.ended(early, { idle: true });
    return Promise.resolve({
      guest: "guest",
      exports: ["work"],
      messages: 0,
      call: (call) => void link.calls.push(call),
      flush: () => {},
      abandon: () => {
        link.abandoned = true;
        return Promise.resolve();
      },
      end: () => {},
      finish: () => Promise.resolve(),
      retire: () => Promise.resolve(),
      pull: () => {},
      start: () => Promise.resolve(undefined),
    });
  }
}

const died = new GuestDiedError({ guest: "guest", mode: "thread", cause: "it ended by itself" });

async function turn(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve));
}

Deno.test("Slot fails the call that its guest was in, and returns those behind it in their order", async () => {
  const stand = new Stand();
  await stand.slot.start();
  const [first, second, third] = [stand.take(), stand.take(), stand.take()];
  stand.links[0]?.listener.answered({ kind: "value", value: 5 });
  stand.links[0]?.listener.ended(died, { idle: false });
  assertEquals([first?.outcome, second?.outcome, third?.state], [{ value: 5 }, { error: died }, "waiting"]);
  assertEquals(stand.returned, [third]);
  await turn();
  assertEquals([stand.links.length, stand.slot.started, stand.failures.length], [2, 2, 0]);
});

Deno.test("Slot returns the call that an idle guest had not begun, unless a part of it was moved", async () => {
  for (const transfer of [[], [new ArrayBuffer(4)]]) {
    const stand = new Stand();
    await stand.slot.start();
    const call = stand.take({}, transfer);
    stand.links[0]?.listener.ended(died, { idle: true });
    if (transfer.length === 0) assertEquals([stand.returned, call.state], [[call], "waiting"]);
    else assertEquals([stand.returned, call.outcome], [[], { error: died }]);
    await turn();
  }
});

Deno.test("Slot hands over one call until it knows how long one takes, and nothing beside one that may be given up", async () => {
  const stand = new Stand();
  await stand.slot.start();
  assertEquals(stand.slot.room, 1);
  stand.take();
  assertEquals(stand.slot.room, 0);
  const { listener } = stand.links[0] ?? { listener: undefined };
  listener?.answered({ kind: "value", value: 1 });
  listener?.settled();
  assert(stand.slot.room > 1);
  const stop = new AbortController();
  const call = stand.take({ signal: stop.signal });
  assertEquals(stand.slot.room, 0);
  stop.abort();
  assertEquals([call.state, stand.links[0]?.abandoned, stand.slot.load], ["failed", true, 0]);
  await turn();
  assertEquals([stand.links.length, stand.slot.room], [2, 1]);
});

Deno.test("Slot starts another guest where one ends together with its readiness, but not for ever", async () => {
  const stand = new Stand();
  stand.early = died;
  await stand.slot.start();
  await turn();
  assertEquals([stand.links.length, stand.slot.room], [2, 1]);
  for (let ends = 1; stand.failures.length === 0; ends++) {
    assert(ends <= 11);
    stand.links.at(-1)?.listener.ended(died, { idle: true });
    await turn();
  }
  assertInstanceOf(stand.failures[0], GuestDiedError);
  assertEquals([stand.slot.room, stand.links.length], [0, 11]);
});

Deno.test("Slot tries again where a guest ends while it starts, and gives up on any other failure", async () => {
  const stand = new Stand();
  await stand.slot.start();
  stand.refusals.push(died, died);
  stand.links[0]?.listener.ended(died, { idle: false });
  await turn();
  assertEquals([stand.links.length, stand.slot.room, stand.failures], [2, 1, []]);
  const refusal = new TypeError("the host is closed");
  stand.refusals.push(refusal);
  stand.links[1]?.listener.ended(died, { idle: false });
  await turn();
  assertEquals([stand.links.length, stand.slot.room, stand.failures], [2, 0, [refusal]]);
});
