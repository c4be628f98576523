import { assert, assertEquals } from "@std/assert";
import { accountOf, explore } from "../../../../../lib/explorer/mod.ts";
import { exploredParameters, isProgram } from "../../../../../lib/program/mod.ts";
import { programs } from "../../../../../lib/programs/mod.ts";
import { linesOf, shownThings, standText, thingText } from "../../../../../scripts/page/app/explore/lines.ts";

/** The runs that show the bugs of the specimens. */
const accounts = programs.filter(isProgram).flatMap((program) => {
  const small = { ...program, parameters: exploredParameters(program.parameters) };
  return program.specimens.flatMap((variant) => {
    const result = explore(small, { variant, budget: 1000, shrink: false });
    return "schedule" in result ? [{ program, account: accountOf(small, result.schedule, { variant }) }] : [];
  });
});

Deno.test("linesOf() has each row once, in order, and each departure before the rows from its step on", () => {
  assert(accounts.some(({ account }) => account.departures.length > 0));
  for (const { account } of accounts) {
    const lines = linesOf(account);
    assertEquals(lines.flatMap((line) => line.kind === "row" ? [line.row] : []), account.rows);
    const departures = lines.flatMap((line) => line.kind === "departure" ? [line.step] : []);
    assertEquals(departures, account.departures.map(({ step }) => step));
    for (const [at, line] of lines.entries()) {
      if (line.kind === "row") continue;
      const step = ({ step }: typeof line | typeof lines[number]) => step;
      assert(lines.slice(0, at).every((before) => step(before) < line.step || before.kind === "departure"));
      assert(lines.slice(at + 1).every((after) => step(after) >= line.step));
    }
  }
});

Deno.test("standText() names what each blocked task waits for, and who holds it", () => {
  const found = accounts.find(({ program }) => program.name === "deadlock");
  const { moments = [], tasks = [] } = found?.account ?? {};
  const last = moments.at(-1);
  assert(last !== undefined);
  assertEquals([0, 1].map((task) => standText(last, task, tasks)), [
    "waits for right, held by b",
    "waits for left, held by a",
  ]);
  assertEquals(thingText(last, "left", tasks), "held by a");
});

Deno.test("shownThings() names what changes, and thingText() says each of its values in words", () => {
  for (const { account } of accounts) {
    const shown = shownThings(account, 4);
    assert(shown.length <= 4);
    for (const name of shown) {
      const texts = account.moments.map((moment) => thingText(moment, name, account.tasks));
      assert(texts.every((text) => text !== ""), name);
    }
  }
  const { account } = accounts.find(({ program }) => program.name === "counter") ?? {};
  assert(account !== undefined);
  assertEquals(shownThings(account, 4), ["value"]);
});
