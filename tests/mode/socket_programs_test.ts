import { assert, assertEquals } from "@std/assert";
import { Host, needsOf } from "../../lib/host/mod.ts";
import { programs } from "../../lib/programs/mod.ts";
import { runs } from "../contracts/soak.ts";
import { socketMode } from "../contracts/socket_mode.ts";

/** Where the defaults would take longer than they tell. */
const PARAMETERS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  counter: { times: 500 },
  multitasking: { rounds: 100_000 },
};

const SECONDS = 120;

/** One variant of each program, where it is not to take long. */
const VARIANTS = runs(1);

for (const program of programs) {
  for (const variant of program.variants.slice(0, VARIANTS)) {
    Deno.test(`${program.name} (${variant}) ends as it says in a mode that is none of the library's`, async () => {
      const parameters = PARAMETERS[program.name] ?? {};
      await using host = new Host({ ...needsOf(program, { parameters, variant }), modes: [socketMode()] });
      const report = await host.run(program, { mode: "socket", variant, parameters, timeout: SECONDS });
      assert(report.ok, JSON.stringify(report.outcome));
      assertEquals([report.mode, report.transport], ["socket", "socket"]);
    });
  }
}
