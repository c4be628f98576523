import { assert, assertEquals } from "@std/assert";
import { clock } from "../../lib/blocks/mod.ts";
import { encode } from "../../lib/codec/mod.ts";
import { delegate, DiagramBuilder } from "../../lib/diagram/mod.ts";
import { byAgents } from "../../lib/engine/mod.ts";
import { Host, loadSystem } from "../../lib/host/mod.ts";
import { Pool } from "../../lib/pool/mod.ts";
import { lockProgram } from "../../lib/programs/mod.ts";
import { Simulator } from "../../lib/simulator/mod.ts";
import { agents, NatsServer, natsTests } from "../contracts/nats.ts";
import type * as primes from "../guests/primes.ts";
import { Command } from "../e2e/command.ts";
import { simulate } from "../simulator/outcome.ts";

const test = natsTests(import.meta.url);
const PRIMES = import.meta.resolve("../guests/primes.ts");
const LAW = import.meta.resolve("../guests/law.ts");
const NAMES = ["alpha", "beta"];
const SYSTEMS = 5;

test("byAgents() spreads the tasks of a program over agents, which have no guest afterwards", async () => {
  await using server = await NatsServer.start();
  await using both = await agents(server.url, NAMES);
  {
    await using host = new Host({ engine: { servers: server.url } });
    const report = await host.run(lockProgram, { mode: "process", parameters: { tasks: 4 } });
    assert(report.ok, JSON.stringify(report.outcome));
    assertEquals([report.mode, report.transport], ["process", "nats"]);
    assertEquals(report.places, NAMES.map((agent) => ({ agent, module: "shared", jobs: 2 })));
    assertEquals(both.all.map(({ status: { guests } }) => guests), [2, 2]);
  }
  assertEquals(both.all.map(({ status: { guests } }) => guests), [0, 0]);
});

test("byAgents() gives delegated systems the golden certificate, and pools each result", async () => {
  await using server = await NatsServer.start({ jetstream: false });
  await using _both = await agents(server.url, NAMES);
  await using host = new Host({ engine: { servers: server.url } });
  const { certificate, period, duration } = await goldenCase();
  const busy = await loadSystem({ module: "holdfast:blocks", export: "busy", argument: { period, burn: "none" } });
  const builder = new DiagramBuilder("golden");
  const time = builder.add("time", clock());
  for (let index = 0; index < SYSTEMS; index++) {
    const part = builder.add(`busy${index}`, delegate(busy, { mode: "process", period }));
    builder.connect(time.output("t"), part.input("u") as Parameters<typeof builder.connect>[1]);
    builder.exportOutput(`y${index}`, part.output("y"));
  }
  assertEquals((await simulate(builder.build(), { host, until: [duration] })).certificate, certificate);
  assertEquals(host.places.map(({ module }) => module), NAMES.map(() => "built-in"));

  await using pool = await Pool.open<typeof primes>({ mode: "process", module: PRIMES, workers: 2, host });
  const inputs = Array.from({ length: 10_000 }, (_, index) => index + 2);
  const found = await Array.fromAsync(pool.map("isPrime", inputs));
  assertEquals(found.filter(Boolean).length, 1229);
});

test("byAgents() cuts what is longer than the server takes", async () => {
  await using server = await NatsServer.start({ config: "max_payload: 2000", jetstream: false });
  await using _one = await agents(server.url, ["alpha"]);
  await using host = new Host({ engine: { servers: server.url } });
  const echo = await loadSystem({ module: LAW, export: "echo" });
  const large = { bytes: new Uint8Array(3_000_000).map((_, index) => index * 7 + (index >> 8)) };
  await using simulator = new Simulator(delegate(echo, { mode: "process", period: 1 }), { host });
  simulator.fix("u", large);
  await simulator.initialize();
  await simulator.advanceTo(2);
  assertEquals(encode(simulator.context.output("u")), encode(large));
});

test("byAgents() has what guests print printed by their client, without what is no text", async () => {
  await using server = await NatsServer.start({ jetstream: false });
  await using _one = await agents(server.url, ["alpha"]);
  const guest = "console.log('while it loads'); export const say = (text) => console.log(text);";
  const script = `import { Host, Pool } from ${JSON.stringify(import.meta.resolve("../../mod.ts"))};
    await using host = new Host({ engine: { servers: ${JSON.stringify(server.url)} } });
    const module = ${JSON.stringify(`data:text/javascript,${encodeURIComponent(guest)}`)};
    await using pool = await Pool.open({ mode: "process", module, workers: 1, host });
    await pool.run("say", "\\u001b[31mit is called \u00fc\\u009b2J");`;
  const rights = ["run", "--quiet", "--no-check", "--no-lock", "--allow-all"];
  await using client = new Command([...rights, `data:text/javascript,${encodeURIComponent(script)}`]);
  const { code, stderr } = await client.end();
  assertEquals([code, stderr], [0, "while it loads\n[31mit is called \u00fc2J\n"]);
});

Deno.test("byAgents() refuses an engine that makes no sense, and connects to none before a guest is wanted", async () => {
  for (const servers of ["", "127.0.0.1", "http://127.0.0.1:4222", "nats://127.0.0.1", "nats://a:1,b"]) {
    let message = "";
    try {
      byAgents({ servers });
    } catch (error) {
      message = error instanceof RangeError ? error.message : "";
    }
    assert(message.includes("nats://HOST:PORT"), servers);
  }
  await using _idle = new Host({ engine: { servers: "nats://127.0.0.1:9" } });
});

/** The golden case of five systems. */
async function goldenCase(): Promise<{ period: number; duration: number; certificate: string }> {
  const { cases } = JSON.parse(await Deno.readTextFile(new URL("../../fixtures/golden.json", import.meta.url)));
  return cases.find(({ systems }: { systems?: number }) => systems === SYSTEMS);
}
