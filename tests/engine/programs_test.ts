import { assert, assertEquals } from "@std/assert";
import { Host, needsOf, type RunnableProgram } from "../../lib/host/mod.ts";
import { programs } from "../../lib/programs/mod.ts";
import { agents, NatsServer, natsTests } from "../contracts/nats.ts";
import { runs } from "../contracts/soak.ts";

const test = natsTests(import.meta.url);
/** Where the defaults would take longer than they tell. */
const PARAMETERS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  counter: { times: 300 },
  multitasking: { rounds: 100_000 },
};
const SECONDS = 120;
/** Tasks, a deadlock, a host program with a pool, one that reads a folder. */
const FEW = ["lock", "deadlock", "pi-pool", "dir-info"];

/** All of them in a soak. */
function chosen(): readonly RunnableProgram[] {
  return runs(1) > 1 ? programs : programs.filter(({ name }) => FEW.includes(name));
}

test("programs come out on two agents as they say", async () => {
  await using server = await NatsServer.start();
  await using _both = await agents(server.url, ["alpha", "beta"]);
  for (const program of chosen()) {
    for (const variant of runs(1) > 1 ? program.variants : program.variants.slice(0, 1)) {
      const parameters = PARAMETERS[program.name] ?? {};
      await using host = new Host({ ...needsOf(program, { parameters, variant }), engine: { servers: server.url } });
      const report = await host.run(program, { mode: "process", variant, parameters, timeout: SECONDS });
      assert(report.ok, `${program.name} (${variant}): ${JSON.stringify(report.outcome)}`);
      assertEquals(report.transport, "nats");
      assert(report.places.length > 0, program.name);
    }
  }
});
