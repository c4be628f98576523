import { assertEquals } from "@std/assert";
import { browserTests } from "../contracts/chromium.ts";

const page = `<!doctype html><html lang="en"><title>Page</title><link rel="icon" href="data:,"><h1>Page</h1>`;
const test = browserTests(import.meta.url, () => ({ texts: { "/index.html": page } }));

test("a page is isolated where its server says so", async ({ open }) => {
  for (const isolated of [true, false]) {
    const page = await open("/", { isolated });
    assertEquals(await page.title(), "Page");
    assertEquals(await page.evaluate("[crossOriginIsolated, typeof SharedArrayBuffer]"), [
      isolated,
      isolated ? "function" : "undefined",
    ]);
  }
});

test("what a page complains about fails its test", async ({ open, complaints }) => {
  const page = await open("/");
  await page.evaluate("setTimeout(() => { throw new Error('thrown late'); })");
  await page.evaluate("console.error('said'); new Promise((resolve) => setTimeout(resolve))");
  const said = complaints.splice(0);
  assertEquals(said.length, 2, said.join());
});
