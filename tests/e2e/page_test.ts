import { assertEquals, assertStringIncludes } from "@std/assert";
import { Buffer } from "node:buffer";
import { programNamed } from "../../lib/programs/mod.ts";
import { ChromeTrace, Host } from "../../mod.ts";
import type { Page } from "../contracts/chromium.ts";
import { audit, pageTests } from "./page_site.ts";

const test = pageTests(import.meta.url);
const VIEWS = ["run", "explore", "simulate", "learn"];

const chosen = (tab: Page) => tab.locator("[role=tab][aria-selected=true]").innerText();

test("the page's tabs are opened by mouse, by arrows and by keys, and the address says which", async ({ open }) => {
  const tab = await open("#program=lock");
  assertEquals(await chosen(tab), "Run");
  await tab.getByRole("tab", { name: "Learn" }).click();
  await tab.press("#tab-learn", "ArrowRight");
  assertEquals(await chosen(tab), "Run");
  await tab.press("#tab-run", "ArrowLeft");
  assertEquals(await tab.evaluate("document.activeElement.id"), "tab-learn");
  await tab.press("#tab-learn", "Home");
  await tab.press("#tab-run", "ArrowRight");
  assertEquals(await chosen(tab), "Explore");
  await tab.keyboard.press("3");
  assertEquals(await chosen(tab), "Simulate");
  assertStringIncludes(tab.url(), "#view=simulate&program=lock");
  await tab.goBack();
  assertEquals(await chosen(tab), "Explore");
});

test("the page is used by keyboard alone: a skip link, a list of keys, fields that say what is wanted", async ({ open }) => {
  const tab = await open("#program=race");
  await tab.keyboard.press("Tab");
  await tab.keyboard.press("Enter");
  assertEquals(await tab.evaluate("document.activeElement.id"), "content");
  await tab.keyboard.press("?");
  assertEquals(await tab.getByRole("dialog", { name: "Keyboard" }).isVisible(), true);
  await tab.keyboard.press("Escape");
  await tab.getByLabel("Tasks").fill("99");
  await tab.getByLabel("Tasks").press("Enter");
  assertEquals(await tab.getByRole("alert").innerText(), "a whole number from 1 to 8 is wanted");
  await tab.getByLabel("Tasks").fill("3");
  await tab.getByLabel("Tasks").press("Enter");
  assertStringIncludes(tab.url(), "p.tasks=3");
});

test("a link to what there is not is answered in words, and the rest of it is shown", async ({ open }) => {
  const tab = await open("#view=explore&program=race&variant=none&p.tasks=99&schedule=none&p.pause=0.2");
  const told = await tab.locator(".message.warning").allTextContents();
  assertEquals(told.map((text) => text.split(":")[0]), [
    "Cannot show variant none of race",
    "Cannot show tasks of race",
    "Cannot show schedule",
  ]);
  assertEquals(await tab.getByLabel("Pause").inputValue(), "0.2");
  await tab.evaluate(`location.hash = "#program=nothing"`);
  await tab.getByText("Cannot show the program nothing").waitFor();
});

test("each view passes axe-core's audit, light and dark, and nothing is wider than a phone", async ({ open }) => {
  for (const colorScheme of ["light", "dark"]) {
    const tab = await open("", { colorScheme, viewport: { width: 360, height: 740 }, reducedMotion: "reduce" });
    for (const view of VIEWS) {
      await tab.evaluate(`location.hash = "#view=${view}&program=bank"`);
      await tab.waitForSelector(`#view[aria-labelledby=tab-${view}] .panel`);
      await audit(tab, `${view}, ${colorScheme}`);
      assertEquals(await tab.evaluate("document.documentElement.scrollWidth"), 360, view);
    }
  }
});

test("the page asks its own server alone", async ({ browser, open, url }) => {
  const tab = await open("#program=race");
  const asked: string[] = await tab.evaluate(`performance.getEntriesByType("resource").map(({ name }) => name)`);
  assertEquals(asked.filter((name) => !name.startsWith(url)), []);
  // What the policy refuses is a complaint; here it is meant.
  const refused = await tab.evaluate<string>(
    `fetch("${browser.sites.plain.url("/")}").then(() => "sent", () => "refused")`,
  );
  assertEquals(refused, "refused");
  assertStringIncludes(browser.complaints.splice(0).join(), "Content Security Policy");
});

test("on a plain file server the service worker isolates the page", async ({ browser }) => {
  const tab = await browser.open("/#program=lock", { isolated: false });
  await tab.waitForSelector("#view .panel");
  assertEquals(await tab.evaluate("crossOriginIsolated"), true);
  await tab.selectOption("#view select >> nth=1", "thread");
  await tab.getByRole("button", { name: "Run", exact: true }).click();
  await tab.waitForSelector(".message.good");
  const policy = await tab.evaluate<string>(
    `fetch("./work.js").then((answer) => answer.headers.get("content-security-policy"))`,
  );
  assertStringIncludes(policy, "default-src 'none'");
});

test("a trace that is dropped or opened is shown as lanes; one that is cut off, or none, is told in words", async ({ open }) => {
  const tab = await open();
  const trace = new ChromeTrace();
  const observe = trace.process("lock, direct mode");
  await using host = new Host();
  await host.run(programNamed("lock"), { mode: "direct", observe });
  const text = JSON.stringify(trace);
  const file = (name: string, text: string) => ({ name, mimeType: "text/plain", buffer: Buffer.from(text) });
  await tab.setInputFiles("#file", file("lock.json", text));
  await tab.getByRole("slider", { name: /Lanes/ }).waitFor();
  await tab.getByText(/lock, direct mode, \d+/).waitFor();
  await audit(tab, "the trace");
  await tab.setInputFiles("#file", file("half.json", text.slice(0, -300)));
  await tab.getByText(/half.json is cut off/).waitFor();
  await tab.setInputFiles("#file", file("none.json", "<html>"));
  await tab.getByText(/Cannot show none.json: it is not JSON/).waitFor();
  await tab.getByRole("button", { name: "Close" }).click();
  await tab.getByLabel("Mode").waitFor();
  const dropped = `new DragEvent("drop", { bubbles: true, cancelable: true, dataTransfer: (() => {
    const all = new DataTransfer();
    all.items.add(new File(["export const mine = 1;"], "mine.ts"));
    return all;
  })() })`;
  await tab.evaluate(`void document.body.dispatchEvent(${dropped})`);
  assertEquals(await tab.getByLabel("The module's text").inputValue(), "export const mine = 1;");
});
