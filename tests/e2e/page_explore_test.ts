import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { accountOf, explore, rescheduled, type ScheduleChange } from "../../lib/explorer/mod.ts";
import { type AnyProgram, exploredParameters, isProgram } from "../../lib/program/mod.ts";
import { programs } from "../../lib/programs/mod.ts";
import { outcomeText } from "../../scripts/page/work/outcome_text.ts";
import type { Page } from "../contracts/chromium.ts";
import { startScript } from "./command.ts";
import { audit, pageTests } from "./page_site.ts";

const test = pageTests(import.meta.url);

/** The programs as exploring sets them. */
const explorable = programs.filter(isProgram).map((program): AnyProgram => {
  return { ...program, parameters: exploredParameters(program.parameters) };
});

function named(name: string): AnyProgram {
  const found = explorable.find((program) => program.name === name);
  if (found === undefined) throw new Error(`there is a program ${name}`);
  return found;
}

/** What stands under the run. */
async function comesTo(tab: Page): Promise<string> {
  const told = tab.locator(".told + .message strong, #view > .message.error > strong").first();
  await told.waitFor();
  return await told.innerText();
}

/** Waits until another schedule is shown, and gives that of the address. */
async function nextSchedule(tab: Page, before: string): Promise<string> {
  await tab.locator(`.schedule code:not(:has-text(${JSON.stringify(before)}))`).waitFor();
  return await tab.evaluate(`new URLSearchParams(location.hash.slice(1)).get("schedule")`);
}

function bugOf(program: AnyProgram): string {
  const result = explore(program);
  if (result.verdict !== "bug") throw new Error(`${program.name} has a bug`);
  return result.schedule;
}

/** What the page says of a schedule, by the explorer here. */
function expected(program: AnyProgram, schedule: string, variant?: string): string {
  const { outcome, finding } = accountOf(program, schedule, variant === undefined ? {} : { variant });
  const is = outcome === undefined && finding !== undefined ? [] : [`outcome ${outcomeText(outcome)}`];
  return `Result: ${[...is, finding?.kind ?? "no bug"].join(", ")}`;
}

/** A schedule that a change makes. */
function changed(program: AnyProgram, schedule: string, change: ScheduleChange): string {
  const came = rescheduled(program, schedule, change);
  if ("refused" in came) throw new Error(came.refused);
  return came.schedule;
}

test("exploring on the page comes to what the command line's JSON says, and shows that schedule", async ({ open }) => {
  for (const [name, flags] of [["counter", ""], ["use-after-close", ""], ["lock", "&p.tasks=2"]] as const) {
    await using command = startScript("explore", name, "--json");
    const { stdout } = await command.end();
    const told = JSON.parse(stdout);
    const tab = await open(`#view=explore&program=${name}${flags}`);
    const title = told.verdict === "bug" ? `BUG: ${told.kind}` : told.verdict.toUpperCase();
    await tab.getByText(title).first().waitFor();
    const outcomes = await tab.locator(".outcomes li").allTextContents();
    assertEquals(
      outcomes.map((text) => text.replace("Show one", "")),
      told.outcomes.map(({ outcome, count }: { outcome: unknown; count: number }) => {
        return `${outcomeText(outcome)}${count} of ${told.schedules}`;
      }),
    );
    if (told.verdict !== "bug") continue;
    assertStringIncludes(tab.url(), told.page);
    assertEquals(await comesTo(tab), expected(named(name), told.schedule));
  }
});

test("a preemption that is dragged, by mouse or by keys, comes to what the explorer says", async ({ open }) => {
  const counter = named("counter");
  const schedule = bugOf(counter);
  const [{ step } = { step: 0 }] = accountOf(counter, schedule).departures;
  const tab = await open(`#view=explore&program=counter&schedule=${encodeURIComponent(schedule)}`, {
    viewport: { width: 1280, height: 1600 },
  });
  assertEquals(await comesTo(tab), expected(counter, schedule));
  // To the row of the second step behind it: what its place would come to is said on the way.
  const to = step + 2;
  const dragged = changed(counter, schedule, { from: step, to });
  const grip = await tab.locator(`[data-grip="${step}"]`).boundingBox();
  const row = await tab.locator(`tr[data-step="${to}"]`).first().boundingBox();
  assert(grip !== null && row !== null);
  await tab.mouse.move(grip.x + 20, grip.y + grip.height / 2);
  await tab.mouse.down();
  await tab.mouse.move(row.x + 20, row.y + 2, { steps: 5 });
  const preview = expected(counter, dragged).replace("Result: ", "");
  await tab.locator(`.ghost:has-text(${JSON.stringify(preview)})`).waitFor();
  await tab.mouse.up();
  assertEquals(await nextSchedule(tab, schedule), dragged);
  assertEquals(await comesTo(tab), expected(counter, dragged));
  // By keys, and the focus stays on it.
  await tab.focus(`[data-grip="${to}"]`);
  await tab.keyboard.press("ArrowUp");
  const moved = changed(counter, dragged, { from: to, to: to - 1 });
  assertEquals(await nextSchedule(tab, dragged), moved);
  assertEquals(await comesTo(tab), expected(counter, moved));
  assertEquals(await tab.evaluate("document.activeElement.dataset.grip"), String(to - 1));
  await tab.keyboard.press("Delete");
  const out = changed(counter, moved, { from: to - 1 });
  assertEquals(await nextSchedule(tab, moved), out);
  assertEquals(await comesTo(tab), expected(counter, out));
  // And one is put in where another task can go on.
  await tab.keyboard.press("Home");
  await tab.getByRole("button", { name: "Let counter1 go on at step 0" }).click();
  assertEquals(await nextSchedule(tab, out), changed(counter, out, { to: 0, task: 1 }));
});

test("a preemption that cannot be moved stays, and the page says why", async ({ open }) => {
  const counter = named("counter");
  const setting = { variant: "locked" };
  const found = explore(counter, { ...setting, find: { outcome: 6 } });
  assert("schedule" in found);
  const put = rescheduled(counter, found.schedule, { to: 0, task: 1 }, setting);
  assert("schedule" in put);
  const refused = rescheduled(counter, put.schedule, { from: 0, to: 1 }, setting);
  assert("refused" in refused, "counter0 holds the lock at step 1");
  const at = `schedule=${encodeURIComponent(put.schedule)}`;
  const tab = await open(`#view=explore&program=counter&variant=locked&${at}`);
  await tab.waitForSelector(`[data-grip="0"]`);
  await tab.press(`[data-grip="0"]`, "ArrowDown");
  await tab.getByText(refused.refused).waitFor();
  assertEquals(await comesTo(tab), expected(counter, put.schedule, "locked"));
});

test("ten programs are shown by their links, each at its schedule, and one that does not exist is told", async ({ open }) => {
  const tab = await open("#view=explore&program=lock&budget=1&schedule=hf2:straight:abcdef");
  await tab.getByText("This schedule cannot be shown").waitFor();
  await tab.getByRole("button", { name: "Explore instead" }).click();
  await tab.getByText("1 schedule was run").waitFor();
  let shown = 0;
  for (const program of explorable) {
    const [variant] = program.specimens;
    if (variant === undefined || shown === 10) continue;
    const result = explore(program, { variant, shrink: false });
    if (!("schedule" in result)) continue;
    shown++;
    const schedule = encodeURIComponent(result.schedule);
    await tab.evaluate(
      `location.hash = "#view=explore&program=${program.name}&variant=${variant}&schedule=${schedule}"`,
    );
    await tab.locator(`text=${JSON.stringify(expected(program, result.schedule, variant))}`).waitFor();
    await tab.locator(`.schedule code:has-text(${JSON.stringify(result.schedule)})`).waitFor();
    const { rows } = accountOf(program, result.schedule, { variant });
    assertEquals(await tab.locator("td.acts code").allTextContents(), rows.map(({ text }) => text.trim()));
  }
  assertEquals(shown, 10);
});

test("the run is stepped through by keys and by the slider, and passes the audit, light and dark", async ({ open }) => {
  const schedule = encodeURIComponent(bugOf(named("counter")));
  for (const [colorScheme, width] of [["light", 1280], ["dark", 360]] as const) {
    const tab = await open(`#view=explore&program=counter&all=yes&budget=200`, {
      colorScheme,
      viewport: { width, height: 900 },
      reducedMotion: "reduce",
    });
    await tab.waitForSelector(".outcomes li");
    await tab.getByText("PROVED").nth(1).waitFor();
    await audit(tab, `${colorScheme}, ${width}`);
    await tab.evaluate(`location.hash = "#view=explore&program=counter&step=0&schedule=${schedule}"`);
    await tab.getByText("0 of 12").first().waitFor();
    const steps = async () => await tab.locator(".stepper output").innerText();
    await tab.keyboard.press("ArrowRight");
    assertEquals(await steps(), "1 of 12");
    await tab.keyboard.press("End");
    assertEquals(await steps(), "12 of 12");
    await tab.keyboard.press("ArrowLeft");
    assertEquals(await steps(), "11 of 12");
    assertEquals(await tab.locator("tr[aria-current=step]").first().getAttribute("data-step"), "10");
    assertStringIncludes(tab.url(), "step=11");
    assertEquals(await tab.evaluate("document.documentElement.scrollWidth"), width);
  }
});
