import { assert, assertEquals, assertInstanceOf, assertStringIncludes, assertThrows } from "@std/assert";
import fc from "fast-check";
import { clock } from "../../../lib/blocks/mod.ts";
import { delegate, type DelegateOptions, DiagramBuilder, type System } from "../../../lib/diagram/mod.ts";
import { EventFailedError, GuestDiedError, GuestError, GuestTimeoutError } from "../../../lib/errors.ts";
import { Host, loadSystem } from "../../../lib/host/mod.ts";
import { Simulator } from "../../../lib/simulator/mod.ts";
import { within } from "../../contracts/deadline.ts";
import { ELSEWHERE } from "../../contracts/modes.ts";
import { runs } from "../../contracts/soak.ts";
import { awaiting } from "../../guests/async_systems.ts";
import { simulate } from "../../simulator/outcome.ts";

const MODULE = import.meta.resolve("../../guests/async_systems.ts");
const SECONDS = 30;

async function load(name: string, argument: Record<string, unknown> = {}): Promise<System> {
  return await loadSystem({ module: MODULE, export: name, argument: { period: 1, ...argument } });
}

/** Delegated systems side by side, those with an input behind a clock. */
function beside(systems: readonly System[], options: (index: number) => DelegateOptions): System {
  const builder = new DiagramBuilder("side by side");
  const time = builder.add("clock", clock());
  systems.forEach((system, index) => {
    const part = builder.add(`p${index}`, delegate(system, options(index)));
    if ("u" in system.inputs) builder.connect(time.output("t"), part.input("u"));
    for (const port of Object.keys(system.outputs)) builder.exportOutput(`p${index}_${port}`, part.output(port));
  });
  return builder.build();
}

const parts = fc.array(
  fc.record({
    boxed: fc.boolean(),
    period: fc.constantFrom(0.1, 0.25, 0.5),
    outer: fc.constantFrom(0.1, 0.25, 0.5),
    latency: fc.integer({ min: 1, max: 3 }),
    seed: fc.nat(5),
    shared: fc.boolean(),
  }),
  { minLength: 1, maxLength: 4 },
);

for (const mode of ELSEWHERE) {
  Deno.test(`Handlers that are awaited give the values of those that are not, alone and in a shared guest, in ${mode} mode`, async () => {
    await using host = new Host();
    await fc.assert(
      fc.asyncProperty(parts, async (parts) => {
        const [awaited, plain] = await Promise.all([true, false].map(async (isAwaited) => {
          const systems = await Promise.all(parts.map(({ boxed, period, seed }) => {
            const name = boxed ? "box" : isAwaited ? "awaiting" : "prompt";
            return load(name, { period, seed, isAwaited });
          }));
          return beside(systems, (index) => {
            const { outer: period, latency, shared } = parts[index]!;
            return { mode: isAwaited ? mode : "direct", period, latency, ...shared ? { guest: "one" } : {} };
          });
        }));
        const until = [0.3, 1.7, 2];
        assertEquals(await simulate(awaited!, { host, until }), await simulate(plain!, { host, until }));
      }),
      { numRuns: runs(6) },
    );
  });

  Deno.test(`A rejection is an error of its system, with its time, in ${mode} mode`, async () => {
    await using host = new Host();
    const system = beside([await load("rejecting", { at: 2 })], () => ({ mode, period: 1 }));
    const error = await simulate(system, { host, until: [5] }).catch((error) => error);
    assertInstanceOf(error, GuestError);
    assertEquals([error.guest, error.phase, error.far.name], ["p0", "update", "EventFailedError"]);
    assertStringIncludes(
      error.message,
      "Cannot step past t=2: an event of rejecting failed: no answer from the far end",
    );
    assertInstanceOf(error.cause, EventFailedError);
    assertEquals([error.cause.system, error.cause.time], ["rejecting", 2]);
    assertInstanceOf(error.cause.cause, RangeError);
  });

  Deno.test(`A promise of a system that is not async is refused, in ${mode} mode`, async () => {
    await using host = new Host();
    const refused = async (name: string) => {
      const system = beside([await load(name)], () => ({ mode, period: 1 }));
      return await simulate(system, { host, until: [3] }).catch((error) => error);
    };
    const error = await refused("lying");
    assertInstanceOf(error, GuestError);
    assertStringIncludes(
      error.message,
      "lying: its handler returned a promise, nothing, a status or async: true is wanted",
    );
  });

  Deno.test(`A handler that does not settle meets the timeout, and the end of its host, in ${mode} mode`, async () => {
    const system = beside([await load("endless", { at: 1 })], () => ({ mode, period: 1 }));
    {
      await using host = new Host({ timeout: 2 });
      const error = await within(SECONDS, simulate(system, { host, until: [4] }).catch((error) => error));
      assertInstanceOf(error, GuestTimeoutError);
      assertEquals(error.guest, "p0");
    }
    const host = new Host();
    const simulator = new Simulator(system, { host });
    await simulator.initialize();
    await simulator.advanceTo(1);
    const advance = simulator.advanceTo(4).catch((error) => error);
    await within(SECONDS, host.close());
    const error = await within(SECONDS, advance);
    assertInstanceOf(error, GuestDiedError);
    assertStringIncludes(error.message, "its host was closed");
    await within(SECONDS, simulator.end());
  });
}

Deno.test("Handlers that are awaited are refused in the caller, by the name of their system", async () => {
  const system = awaiting({ period: 1 });
  assertThrows(
    () => new Simulator(system),
    TypeError,
    "Cannot simulate awaiting here: its handlers may return promises (async: true), which only a guest awaits, delegate() " +
      "to a thread or a process is wanted",
  );
  const box = await load("box", { isAwaited: true });
  assertThrows(
    () => delegate(box, { mode: "direct", period: 1 }),
    TypeError,
    "Cannot delegate box in direct mode: the handlers of one may return promises (async: true), a thread or a process is wanted",
  );
  const error = await load("nesting").catch((error) => error);
  assert(error instanceof GuestError && error.message.includes("Cannot delegate awaiting in direct mode"));
});
