import { assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { delegate } from "../../lib/diagram/mod.ts";
import type { Agent } from "../../lib/engine/mod.ts";
import { GuestDiedError } from "../../lib/errors.ts";
import { Host, loadSystem } from "../../lib/host/mod.ts";
import { Pool } from "../../lib/pool/mod.ts";
import { Simulator } from "../../lib/simulator/mod.ts";
import { within } from "../contracts/deadline.ts";
import { agents, NatsServer, natsTests } from "../contracts/nats.ts";
import { Command } from "../e2e/command.ts";
import { mortal } from "../guests/mortal_programs.ts";
import type * as primes from "../guests/primes.ts";

const test = natsTests(import.meta.url);
const THERMOSTAT = import.meta.resolve("../guests/thermostat.ts");
const PRIMES = import.meta.resolve("../guests/primes.ts");
const SECONDS = 60;

/** Waits until agents have so many guests. */
async function guests(all: readonly Agent[], wanted: number): Promise<void> {
  await within(
    SECONDS,
    (async () => {
      while (all.some(({ status: { guests } }) => guests !== wanted)) await new Promise((go) => setTimeout(go, 20));
    })(),
  );
}

test("those who wait for the dead on other hosts go on, and are told, as on this one", async () => {
  await using server = await NatsServer.start({ jetstream: false });
  await using both = await agents(server.url, ["alpha", "beta"]);
  const permissions = { run: true };
  await using here = new Host({ permissions });
  await using there = new Host({ permissions, engine: { servers: server.url } });
  for (const variant of ["exit", "kill"] as const) {
    const options = { mode: "process", variant, parameters: { victims: 2 } } as const;
    const [near, far] = [await here.run(mortal, options), await within(SECONDS, there.run(mortal, options))];
    assertEquals([far.outcome, far.errors.length], [near.outcome, 2], variant);
    assertEquals(far.places.map(({ agent }) => agent), ["alpha", "beta"]);
  }
  await there.close();
  await guests(both.all, 0);
});

test("a simulation ends with a typed error when its guest dies on another host, and a call runs again where asked", async () => {
  await using server = await NatsServer.start({ jetstream: false });
  await using both = await agents(server.url, ["alpha", "beta"]);
  await using host = new Host({ engine: { servers: server.url } });
  const system = await loadSystem({ module: THERMOSTAT, export: "thermostat" });
  const simulator = new Simulator(delegate(system, { mode: "process", period: 1 }), { host });
  simulator.fix("temperature", 18);
  await simulator.initialize();
  await simulator.advanceTo(2);
  for (const agent of both.all) agent.kill();
  await assertRejects(() => within(SECONDS, simulator.advanceTo(1000)), GuestDiedError);
  await simulator.end().catch((error) => assertInstanceOf(error, GuestDiedError));

  await using pool = await Pool.open<typeof primes>({ mode: "process", module: PRIMES, workers: 2, host });
  const mapped = Array.fromAsync(pool.map("isPrime", [2, 3, 4, 1_000_000_007], { retries: 5, chunkSize: 1 }));
  both.all[0]?.kill();
  assertEquals(await within(SECONDS, mapped), [true, true, false, true]);
});

test("Ctrl-C ends the guests of a command on other hosts, and the command with 130", async () => {
  await using server = await NatsServer.start({ jetstream: false });
  await using one = await agents(server.url, ["alpha"]);
  const script = new URL("../../scripts/run.ts", import.meta.url).pathname;
  const flags = ["--pause", "10", "--engine", server.url];
  const rights = ["--allow-read", `--allow-run=${Deno.execPath()}`];
  await using command = new Command(["run", "--quiet", "--no-check", "--no-lock", ...rights, script, "lock", ...flags]);
  await command.complained("lock in process mode: ");
  await guests(one.all, 2);
  command.signal("SIGINT");
  assertEquals((await command.end()).code, 130);
  await command.gone();
  await guests(one.all, 0);
});
