import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { svgDiagram } from "../../lib/picture/mod.ts";
import { busyDiagram } from "../../scripts/sim/busy.ts";
import type { Page } from "../contracts/chromium.ts";
import { sim } from "./command.ts";
import { audit, pageTests } from "./page_site.ts";

const test = pageTests(import.meta.url);
const BUSY = "#view=simulate&systems=2&period=0.05&duration=0.5&rate=0&burn=none";

async function simulate(tab: Page): Promise<void> {
  await tab.getByRole("button", { name: "Simulate" }).click();
  await tab.waitForSelector(".rates li");
}

const shown = (value: number) => Number(value.toPrecision(6));
const cells = async (tab: Page) => await tab.locator(".values tbody tr").allTextContents();

test("busy systems have the rows of the command line, in both modes, and their diagram", async ({ open }) => {
  const flags = ["--mode", "direct", "--systems", "2", "--period", "0.05", "--duration", "0.5", "--rate", "0"];
  const { stdout } = await sim(...flags, "--burn", "none", "--plot", "--json");
  const [run] = JSON.parse(stdout).runs;
  const tab = await open(`${BUSY}&mode=direct`);
  await simulate(tab);
  const last = run.signals.rows.at(-1);
  assertEquals(await cells(tab), last.slice(1).map((y: number, index: number) => `y${index}${shown(y)}1${shown(y)}`));
  const busy = { systems: 2, period: 0.05, deterministic: true, burn: "none", work: 0, mode: "direct" } as const;
  const boxes = svgDiagram(await busyDiagram(busy)).match(/<rect class="(box|around)/g);
  assertEquals(await tab.locator(".diagram rect:not(.ground)").count(), boxes?.length);
  await tab.selectOption(".toolbar select >> nth=1", "thread");
  await tab.getByRole("button", { name: "Simulate" }).click();
  await tab.getByText("All had the same rows.").waitFor();
  assertEquals(await tab.locator(".rates li").count(), 2);
});

test("the table has the values at a time that is chosen by keys, and the curves are drawn", async ({ open }) => {
  const tab = await open("#view=simulate&experiment=house&rate=0&mode=thread");
  await simulate(tab);
  assertEquals(await cells(tab), ["temperature231823", "heat001"]);
  await tab.focus(".at-time input");
  for (let row = 59; row > 3; row--) await tab.keyboard.press("ArrowLeft");
  assertEquals(await tab.locator(".at-time label").innerText(), "Time: 3.000 s");
  assertEquals(await cells(tab), ["temperature201823", "heat101"]);
  // Two curves, in colors of the page that are not its text's.
  const colors = await tab.evaluate<number>(`(() => {
    const canvas = document.querySelector(".plot canvas");
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    const found = new Set();
    for (let at = 0; at < data.length; at += 4) if (data[at + 3] === 255) found.add(data.slice(at, at + 3).join());
    return found.size;
  })()`);
  assertEquals(colors > 2, true);
  await audit(tab, "a simulation that has ended");
});

test("a simulation that is slow tells its rate meanwhile, and is stopped", async ({ open }) => {
  const tab = await open("#view=simulate&experiment=house&rate=1&duration=100000");
  await tab.getByRole("button", { name: "Simulate" }).click();
  await tab.getByText(/simulated seconds per second/).waitFor();
  await tab.getByRole("button", { name: "Stop" }).click();
  await tab.getByRole("button", { name: "Simulate" }).waitFor();
  assertEquals(await tab.locator(".rates li").count(), 0);
});

test("a simulation that would fill the memory is ended where the page holds no more, and says so", async ({ open }) => {
  const tab = await open("#view=simulate&systems=32&period=0.001&rate=0&burn=none&duration=100000");
  await tab.getByRole("button", { name: "Simulate" }).click();
  await tab.getByText(/Ended at \d+\.\d+ s/).waitFor();
  assertEquals(await tab.locator(".rates li").count(), 1);
});

test("a link to a simulation that cannot be is answered in words, and the rest of it holds", async ({ open }) => {
  const tab = await open(`${BUSY}&systems=99&experiment=boat`);
  const told = await tab.locator(".message.warning").allTextContents();
  assertEquals(told.length, 2);
  assertStringIncludes(told.join(), "Cannot show systems: it is 99, a whole number from 1 to 32 is wanted");
  assertMatch(told.join(), /Cannot show experiment: it is boat/);
  assertEquals(await tab.getByLabel("Period in s").inputValue(), "0.05");
});

test("a diagram of one's own is simulated in both modes, after a click; what is wrong with it is told", async ({ open }) => {
  const tab = await open("#view=simulate&experiment=own&rate=0");
  for (const mode of ["direct", "thread"]) {
    await tab.getByLabel("Mode").selectOption(mode);
    await tab.getByRole("button", { name: "Simulate" }).click();
    await tab.getByText(`A diagram of your own, ${mode}`).waitFor();
  }
  await tab.getByText("All had the same rows.").waitFor();
  assertEquals((await cells(tab)).map((row) => row.slice(0, 6)), ["ground", "attic1"]);
  await audit(tab, "a diagram of one's own");
  for (
    const [text, told] of [
      ["export default {", "Line 1, column "],
      ["export const fine = 1;", "Cannot simulate the module: its default export is not a system"],
      ["export default () => { throw new RangeError('no house today'); };", "no house today"],
    ] as const
  ) {
    await tab.getByLabel("The module's text").fill(text);
    await tab.getByRole("button", { name: "Simulate" }).click();
    await tab.getByText(told).waitFor();
  }
});
