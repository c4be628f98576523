import { assert, assertEquals } from "@std/assert";
import type { ModeName } from "../../lib/errors.ts";
import { type AnyHostProgram, dataText, Host, isHostProgram, needsOf, sameData } from "../../lib/host/mod.ts";
import { settingsOf } from "../../lib/program/mod.ts";
import { programs } from "../../lib/programs/mod.ts";
import { within } from "../contracts/deadline.ts";

/** A mode of which no host knows but this one: its guests are threads. */
const OWN = "own" as ModeName;

class OwnHost extends Host {
  /** How many guests it has started. */
  started = 0;

  override serve(...[job, { mode, listener }]: Parameters<Host["serve"]>): ReturnType<Host["serve"]> {
    assertEquals(mode, OWN);
    this.started++;
    return super.serve(job, { mode: "thread", listener });
  }
}

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
    const settings = settingsOf(program, { parameters: SHORT[program.name] ?? {} });
    await using host = new OwnHost(needsOf(program, settings));
    const stop = new AbortController();
    const context = { mode: OWN, host, settings, signal: stop.signal, observe: undefined, progress() {} };
    const { outcome } = await within(60, program.main(context));
    const expected = program.expected(settings);
    const isExpected = typeof expected === "function"
      ? expected(outcome)
      : expected.some((one) => sameData(one, outcome));
    assert(isExpected && host.started > 0, `${host.started} guests, ${dataText(outcome)}`);
  });
}
