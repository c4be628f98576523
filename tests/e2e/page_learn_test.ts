import { assertEquals, assertStringIncludes } from "@std/assert";
import { audit, pageTests } from "./page_site.ts";

const test = pageTests(import.meta.url);

test("Learn shows a program's bug step by step, with the line that runs, and what puts it right", async ({ open }) => {
  const tab = await open("#view=learn&program=race");
  const line = () => tab.locator(".code [aria-current=step]").innerText();
  await tab.getByRole("button", { name: "Show me the bug" }).click();
  await tab.getByText(/Fails: race/).waitFor();
  assertStringIncludes(await line(), "const seen = yield* value.load();");
  await tab.getByRole("button", { name: "Go on a step" }).click();
  assertStringIncludes(await line(), "yield* pause(parameters.pause);");
  await tab.evaluate("document.activeElement.blur()");
  await tab.keyboard.press("ArrowLeft");
  assertStringIncludes(await line(), "const seen = yield* value.load();");
  await audit(tab, "a lesson");
  await tab.emulateMedia({ colorScheme: "dark" });
  await audit(tab, "a lesson, dark");
  await tab.getByRole("button", { name: "Show me the fix" }).click();
  await tab.getByText(/Proved: lock/).waitFor();
});

test("Learn leads to the bug in Explore, and to the next program", async ({ open }) => {
  const tab = await open("#view=learn&program=deadlock");
  await tab.getByRole("button", { name: "Show me the bug" }).click();
  await tab.getByRole("link", { name: "Move its preemptions" }).click();
  assertStringIncludes(tab.url(), "#view=explore&program=deadlock&variant=plain&schedule=hf");
  await tab.getByText(/task a waits for right/).first().waitFor();
  await tab.goBack();
  await tab.getByRole("link", { name: "rlock", exact: true }).click();
  assertEquals(await tab.getByRole("button", { name: "Show me the bug" }).count(), 0);
  await tab.getByRole("button", { name: "Show that it holds" }).click();
  await tab.getByText(/Proved: rlock/).waitFor();
});
