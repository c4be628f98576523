import * as assert from "@std/assert";
import * as async from "@std/async";
import * as cli from "@std/cli";

const { assertEquals } = assert;
const packages: Readonly<Record<string, object>> = { assert, async, cli };

/** The values that a declaration file exports. */
function declared(source: string): string[] {
  const names = source.matchAll(/^export (?:declare )?(?:abstract )?(?:function|class|const) (\w+)/gm);
  return [...new Set(Array.from(names, ([, name]) => name ?? ""))].sort();
}

for (const [name, exports] of Object.entries(packages)) {
  Deno.test(`@std/${name} declares what it exports, no more and no less`, async () => {
    const source = await Deno.readTextFile(new URL(`../../third_party/std/${name}/mod.d.ts`, import.meta.url));
    assertEquals(declared(source), Object.keys(exports).sort());
  });
}

Deno.test("parseArgs() gives the types that it declares", () => {
  const flags = cli.parseArgs(["--period", "0.5", "--json", "--mode", "a", "--mode", "b", "x", "--", "y"], {
    string: ["period", "mode", "absent", "_"],
    boolean: ["json", "print"],
    collect: ["mode"],
    default: { rate: 1 },
    "--": true,
  });
  const period: string | undefined = flags.period;
  const absent: string | undefined = flags.absent;
  const booleans: boolean[] = [flags.json, flags.print];
  const modes: string[] = flags.mode;
  const rest: string[] = [...flags._, ...flags["--"]];
  assertEquals({ period, absent, booleans, modes, rest, rate: flags.rate }, {
    period: "0.5",
    absent: undefined,
    booleans: [true, false],
    modes: ["a", "b"],
    rest: ["x", "y"],
    rate: 1,
  });
});
