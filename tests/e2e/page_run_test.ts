import { assert, assertEquals, assertMatch, assertNotEquals, assertStringIncludes } from "@std/assert";
import { dataText } from "../../lib/program/mod.ts";
import type { Page } from "../contracts/chromium.ts";
import type { Lane } from "../../scripts/run/lanes.ts";
import { runProgram } from "./command.ts";
import { audit, pageTests } from "./page_site.ts";

const test = pageTests(import.meta.url);

/** Runs what the page shows, and stops its film. */
async function run(tab: Page): Promise<void> {
  await tab.getByRole("button", { name: "Run", exact: true }).click();
  await tab.waitForSelector("#view .message");
  assertEquals(await tab.locator("#view [role=alert]").allTextContents(), []);
  await tab.getByRole("button", { name: "Start of the film" }).click();
}

const timeOf = (tab: Page) => tab.locator(".player-time").innerText();
const cellsOf = (tab: Page, table: string) =>
  tab.evaluate<string[][]>(`[...document.querySelectorAll("${table} tbody tr")].map(
    (row) => [...row.cells].map((cell) => cell.textContent))`);

/** The rows that the page shows for lanes. */
function rowsOf(lanes: readonly Lane[]): string[][] {
  const exact = (ms: number) => String(Number(ms.toFixed(6)));
  return lanes.flatMap(({ lane, spans, holds = [] }) => [
    ...spans.map(({ name, started, finished }) => [lane, name, exact(started), exact(finished)]),
    ...holds.map(({ name, started, finished }) => [lane, `holds ${name}`, exact(started), exact(finished)]),
  ]);
}

for (const [program, seed] of [["light-ml", 5], ["deadlock", 0]] as const) {
  test(`${program}, seed ${seed}: outcome and lanes on the page are those of the command line`, async ({ open }) => {
    const [tab, { stdout }] = await Promise.all([
      open(`#view=run&program=${program}&seed=${seed}`),
      runProgram(program, "--seed", String(seed), "--mode", "direct", "--lanes", "--json"),
    ]);
    const [report] = JSON.parse(stdout).runs;
    await run(tab);
    await tab.getByText("All lanes as a table").click();
    await tab.waitForSelector(".spans tbody tr");
    assertEquals(await cellsOf(tab, ".spans"), rowsOf(report.lanes));
    const told = await tab.locator(".outcome").innerText();
    if ("failed" in report.outcome) assertStringIncludes(told, report.outcome.failed[0].message);
    else assertEquals(told, dataText(report.outcome));
    const verdicts: Record<string, string> = { "right": "Right", "bug-shown": "Wrong, as may happen" };
    assertStringIncludes(
      await tab.locator("#view .message strong").first().innerText(),
      verdicts[report.verdict] ?? "",
    );
  });
}

test("a film is stepped through, scrubbed and zoomed by mouse and by keyboard; tables tell each moment", async ({ open }) => {
  const tab = await open("#view=run&program=lock&p.tasks=2");
  await run(tab);
  assertStringIncludes(await timeOf(tab), "0 of ");
  await tab.getByText("This moment as tables").click();
  const steps: string[] = [];
  let waits = "";
  for (let step = 0; step < 40 && waits === ""; step++) {
    await tab.getByRole("button", { name: "Next event" }).click();
    steps.push(await timeOf(tab));
    waits = (await cellsOf(tab, ".moment")).find(([, does]) => does?.startsWith("waits in guard.acquire for"))?.[1] ??
      "";
  }
  assertEquals(waits, "waits in guard.acquire for adder0");
  assertEquals(await tab.locator(".box.task.waiting .does").allTextContents(), ["blocked by adder0"]);
  assertEquals(await tab.locator(".box.thing.lock .stand").allTextContents(), ["held by adder0"]);
  await tab.keyboard.press("ArrowLeft");
  assertEquals(await timeOf(tab), steps.at(-2));
  const lanes = tab.getByRole("slider", { name: /^Lanes/ });
  await lanes.press("End");
  assertEquals(await tab.locator(".box.task.ended").count(), 2);
  await lanes.press("Home");
  assertEquals(await timeOf(tab), (await timeOf(tab)).replace(/^\S+( \S+)? of/, "0 of"));
  const box = await lanes.boundingBox();
  assert(box !== null);
  await tab.mouse.move(box.x + box.width / 2, box.y + 10);
  await tab.mouse.down();
  await tab.mouse.up();
  const before = await timeOf(tab);
  assertNotEquals(before.slice(0, 5), "0 of ");
  await tab.getByRole("button", { name: "Zoom in" }).click();
  assertEquals(await timeOf(tab), before, "zooming does not move the cursor");
  await tab.getByLabel("Time of the film").press("Home");
  assertStringIncludes(await timeOf(tab), "0 of ");
  await tab.getByRole("button", { name: "Play" }).click();
  await tab.waitForSelector(`.player .primary[aria-label="Pause"]`);
  // A function that is looked at again and again would be evaluated, which the content policy refuses.
  await tab.waitForSelector(`.player-time:text-matches("^(?!0 of)")`);
  await tab.getByRole("button", { name: "Pause" }).click();
  assertEquals(await tab.getByRole("button", { name: "Play" }).count(), 1);
});

test("values move from task to task through channels, on threads as well", async ({ open }) => {
  const tab = await open("#view=run&program=light-ml&mode=thread", { reducedMotion: "reduce" });
  await run(tab);
  assertStringIncludes(await tab.locator("#view .message.good strong").innerText(), "Right");
  await tab.getByRole("button", { name: "End of the film" }).click();
  await tab.getByText("This moment as tables").click();
  const rows = await cellsOf(tab, ".moment");
  const saved = rows.filter(([name]) => name?.startsWith("save")).map(([, , has]) => has);
  assertEquals(saved.filter((has) => has !== undefined && /^\d$/.test(has)).toSorted(), ["0", "1", "2", "3", "4", "5"]);
  assertEquals(await tab.evaluate(`getComputedStyle(document.querySelector(".item")).transitionProperty`), "none");
});

test("where little is to move a film stands at its end, until somebody plays it", async ({ open }) => {
  const tab = await open("#view=run&program=lock&p.tasks=2", { reducedMotion: "reduce" });
  await tab.getByRole("button", { name: "Run", exact: true }).click();
  await tab.waitForSelector(".player-time");
  assertMatch(await timeOf(tab), /^(\S+ \S+) of \1,/);
  assertEquals(await tab.getByRole("button", { name: "Play", exact: true }).count(), 1);
});

test("lanes grow while a run on threads goes on", async ({ open }) => {
  const tab = await open("#view=run&program=light-ml&mode=thread");
  await tab.evaluate(`globalThis.told = new Set(), new MutationObserver(() => {
    const slider = [...document.querySelectorAll(".panel")].find((panel) => panel.innerText.startsWith("Lanes so far"))
      ?.querySelector("[role=slider]");
    if (slider) told.add(slider.ariaValueNow);
  }).observe(document.body, { childList: true, subtree: true, attributes: true })`);
  await run(tab);
  const lengths = await tab.evaluate<string[]>("[...told]");
  assert(lengths.some((length) => Number(length) > 0), `lanes were told up to ${lengths}`);
  assertEquals(await tab.getByText("Lanes so far").count(), 0, "the film took their place");
});

test("what cannot run is told in words, and a seed that is none is refused", async ({ open }) => {
  const tab = await open("#view=run&program=multitasking");
  await tab.getByText("a browser has none").waitFor();
  assertEquals(await tab.locator("button.primary:disabled").allTextContents(), ["Run"]);
  await tab.getByLabel("Seed").fill("half");
  await tab.getByLabel("Seed").press("Enter");
  assertStringIncludes(await tab.getByRole("alert").innerText(), "a whole number from");
  await tab.evaluate(`location.hash = "#view=run&program=race&mode=process"`);
  await tab.getByText("Cannot show mode: it is process, one of direct, thread is wanted").waitFor();
});

test("a film passes axe-core's audit, light and dark, and is no wider than a phone", async ({ open }) => {
  for (const colorScheme of ["light", "dark"]) {
    const tab = await open("#view=run&program=channel-states", { colorScheme, viewport: { width: 360, height: 740 } });
    await run(tab);
    for (const part of ["This moment as tables", "All lanes as a table"]) await tab.getByText(part).click();
    for (let step = 0; step < 6; step++) await tab.getByRole("button", { name: "Next event" }).click();
    await audit(tab, `a film, ${colorScheme}`);
    assertEquals(await tab.evaluate("document.documentElement.scrollWidth"), 360);
  }
});
