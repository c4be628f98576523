import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { scenarioNames } from "../../scripts/page/scenario_names.ts";
import type { Page } from "../contracts/chromium.ts";
import { startScript } from "./command.ts";
import { audit, pageTests } from "./page_site.ts";

const test = pageTests(import.meta.url);

interface Told {
  readonly verdict: string;
  readonly kind: string;
  readonly message: string;
  readonly schedules: number;
  readonly schedule: string;
  readonly page: string;
  readonly trace: { readonly rows: readonly { readonly text: string; readonly source: string }[] };
}

/** What the command line's JSON says of an example. */
async function told(name: string): Promise<Told> {
  await using command = startScript("explore", `lib/scenario/examples/${name}.ts`, "--json");
  return JSON.parse((await command.end()).stdout);
}

/** What comes from outside in the run that is shown, each with the line that asked for it. */
async function rowsOf(tab: Page): Promise<readonly string[]> {
  const texts = await tab.locator(".columns td.acts code").allTextContents();
  const places = await tab.locator(".columns td.acts .source").allTextContents();
  return texts.map((text, at) => `${text} ${places[at]}`);
}

Deno.test("the page has all scenarios of the examples", async () => {
  const files = await Array.fromAsync(Deno.readDir(new URL("../../lib/scenario/examples/", import.meta.url)));
  assertEquals(files.map(({ name }) => name.replace(".ts", "")).sort(), scenarioNames.toSorted());
});

test("a scenario comes on the page to what the command line's JSON says, beside its twin's proof", async ({ open }) => {
  // In one tab, whose workers load esbuild once.
  const tab = await open("#view=learn");
  const to = async (hash: string) => await tab.evaluate(`location.hash = ${JSON.stringify(hash)}`);
  for (const name of ["late_answer", "double_release"]) {
    const { kind, message, schedules, schedule, page, trace } = await told(name);
    await to(`#view=explore&scenario=${name}`);
    await tab.locator(`h2:has-text("${name}.ts")`).waitFor();
    await tab.getByText(`BUG: ${kind}`).first().waitFor();
    assertStringIncludes(await tab.locator(".beside .message").first().innerText(), message);
    assertStringIncludes(await tab.locator(".beside .message").first().innerText(), `${schedules} schedules were run`);
    assertEquals(await tab.locator(".schedule code").innerText(), schedule);
    // A browser shows texts in other quotation marks.
    const rows = trace.rows.map(({ text, source }) => {
      return `${text.replaceAll("'", '"')} ${source.replace(/^.*\/(.*):\d+$/, "$1")}`;
    });
    assertEquals(await rowsOf(tab), rows);
    await tab.locator('.twins .good:has-text("PROVED")').waitFor();
    // The command's link leads to the very run.
    await to("#view=learn");
    await tab.locator(".learn").first().waitFor();
    await to(new URL(page).hash);
    await tab.getByText(`Result: ${kind}`).waitFor();
    assertEquals(await rowsOf(tab), rows);
  }
});

test("a scenario's run is stepped through, its code beside it, and passes the audit, light and dark", async ({ open }) => {
  for (const [colorScheme, width] of [["light", 1280], ["dark", 360]] as const) {
    const tab = await open("#view=explore&scenario=late_answer", {
      colorScheme,
      viewport: { width, height: 900 },
      reducedMotion: "reduce",
    });
    await tab.locator(".twins .good").waitFor();
    await tab.getByText("6 of 6").waitFor();
    await audit(tab, `${colorScheme}, ${width}`);
    await tab.keyboard.press("Home");
    await tab.keyboard.press("ArrowRight");
    await tab.getByText("1 of 6").waitFor();
    assertEquals(await tab.locator("tr[aria-current=step]").getAttribute("data-step"), "0");
    assertStringIncludes(await tab.locator(".code [aria-current]").innerText(), "await fetch(text)");
    assertEquals(await tab.evaluate("document.documentElement.scrollWidth"), width);
    // A program that is chosen takes the place of the scenario and of its schedule.
    await tab.getByRole("tab", { name: "Learn" }).click();
    await tab.waitForSelector(".learn");
    assert(!/scenario|schedule/.test(tab.url()), tab.url());
  }
});

test("a scenario that does not exist, and a schedule of another one, are told in words", async ({ open }) => {
  const tab = await open("#view=explore&program=lock&scenario=late&schedule=hf2:straight:abcdef");
  await tab.getByText("Cannot show scenario: it is late, one of late_answer, ").waitFor();
  await tab.evaluate(`location.hash = "#view=explore&scenario=retry&schedule=hf2:a@0.GET-a/b.1:9oph3o"`);
  await tab.getByText("This schedule cannot be shown").waitFor();
  await tab.getByRole("button", { name: "Explore instead" }).click();
  await tab.getByText("BUG: assertion").first().waitFor();
});
