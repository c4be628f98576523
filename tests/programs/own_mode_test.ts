import { assert } from "@std/assert";
import { guestCode } from "../../lib/host/guest_code.ts";
import { type AnyHostProgram, Host, isHostProgram, type Mode, needsOf } from "../../lib/host/mod.ts";
import { MODES } from "../../lib/mode/mod.ts";
import { dataText } from "../../lib/program/mod.ts";
import { programs } from "../../lib/programs/mod.ts";
import { within } from "../contracts/deadline.ts";

/** What keeps programs short that take long by default. */
const SHORT: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  multitasking: { tasks: 2, workers: 2, rounds: 1000, wait: 0.001, reads: 1 },
  pi: { samples: 1000, workers: 2 },
  "pi-pool": { samples: 1000, task: 100 },
  sort: { length: 100, repeat: 1 },
  "euler-process": { seconds: 0.05 },
};

for (const program of programs.filter(isHostProgram)) testOwnMode(program);

function testOwnMode(program: AnyHostProgram): void {
  Deno.test(`${program.name} starts its guests with the host that runs it, in a mode that only that host knows`, async () => {
    const thread = MODES.thread(guestCode);
    let started = 0;
    const own: Mode = {
      ...thread,
      name: "own",
      start(setup) {
        started++;
        return thread.start(setup);
      },
    };
    const parameters = SHORT[program.name] ?? {};
    await using host = new Host({ ...needsOf(program, { parameters }), modes: [own] });
    const { ok, outcome } = await within(60, host.run(program, { mode: "own", parameters }));
    assert(ok && started > 0, `${started} guests, ${dataText(outcome)}`);
  });
}
