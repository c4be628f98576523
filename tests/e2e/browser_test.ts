/**
 * The library in a real browser: a page, its workers, and guests of both.
 *
 * @module
 */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { programs } from "../../lib/programs/mod.ts";
import { Bundler } from "../../scripts/bundle/bundler.ts";
import { PAGE } from "../../scripts/packages.ts";
import { type Browser, browserTests, type Page } from "../contracts/chromium.ts";
import { testEsbuild } from "../contracts/esbuild.ts";
import * as here from "../guests/browser_host.ts";

const WASM = PAGE["esbuild-wasm"] ?? "";

/** As strict as the page's own. */
const POLICY =
  "default-src 'none'; script-src 'self' blob: 'wasm-unsafe-eval'; worker-src 'self' blob:; img-src data:; " +
  "connect-src 'self'";

const test = browserTests(import.meta.url, async () => {
  await using bundler = new Bundler();
  const contents = `export * from "./tests/guests/browser_host.ts";`;
  await import(WASM);
  const guests = new URL("../guests/", import.meta.url);
  return {
    folders: { "/esbuild/": new URL("../", import.meta.resolve(`${WASM}/esm/browser.min.js`)), "/guests/": guests },
    texts: {
      "/index.html": `<!doctype html><html lang="en"><title>Page</title><link rel="icon" href="data:,">`,
      "/host.js": await bundler.text({ platform: "browser", contents }),
      "/worker.js": `import * as host from "./host.js";
addEventListener("message", async ({ data: [name, argument] }) => {
  try {
    postMessage({ value: await host[name](argument) });
  } catch (error) {
    postMessage({ error: error.stack });
  }
});`,
    },
    headers: { "content-security-policy": POLICY },
  };
});

/** Has a page itself do what a function of `browser_host.ts` does. */
function onPage<T>(page: Page, name: keyof typeof here, ...args: readonly unknown[]): Promise<T> {
  return page.evaluate(`import("/host.js").then((host) => host.${name}(...${JSON.stringify(args)}))`);
}

/** Has a worker of a page do that. */
function inWorker<T>(page: Page, name: keyof typeof here, argument?: unknown): Promise<T> {
  return page.evaluate(`new Promise((resolve, reject) => {
    const worker = new Worker("/worker.js", { type: "module" });
    worker.onmessage = ({ data: { value, error } }) => {
      worker.terminate();
      if (error === undefined) resolve(value);
      else reject(new Error(error));
    };
    worker.onerror = ({ message }) => reject(new Error(message));
    worker.postMessage(${JSON.stringify([name, argument])});
  })`);
}

const ALL_DECLARED = Object.fromEntries(programs.map(({ name }) => [name, "declared"]));

for (const mode of ["direct", "thread"] as const) {
  test(`every program comes to what it declares in a browser's ${mode} mode`, async ({ open }) => {
    assertEquals(await inWorker(await open("/"), "outcomes", mode), ALL_DECLARED);
  });
}

test("a pool runs the functions of a module of the user's own, on a page and in a worker", async ({ open }) => {
  const page = await open("/");
  const expected = (mode: string) => {
    const failed = `GuestError: Cannot run guest worker0 (${mode} mode): RangeError: it fails`;
    return { squares: [1, 4, 9, 16, 25], failed, size: 1000, left: 0 };
  };
  assertEquals(await inWorker(page, "pooled", "thread"), expected("thread"));
  assertEquals(await onPage(page, "pooled", "thread"), expected("thread"));
  assertEquals(await onPage(page, "pooled", "direct"), expected("direct"));
});

test("delegated systems have the golden certificate, on a page, which may not block, and in a worker", async ({ open }) => {
  const { cases } = JSON.parse(await Deno.readTextFile(new URL("../../fixtures/golden.json", import.meta.url)));
  const { systems, period, duration, certificate } = cases.find(({ systems = 0 }) => systems > 1);
  const page = await open("/");
  const golden = { systems, period, duration };
  assertEquals(await inWorker(page, "certificate", { mode: "thread", ...golden }), certificate);
  assertEquals(await onPage(page, "certificate", { mode: "thread", ...golden }), certificate);
});

test("the explorer says what it says in Deno, on a page without isolation too", async ({ open }) => {
  const names = ["race", "bank", "deadlock", "semaphore", "counter", "light-ml"];
  assertEquals(await onPage(await open("/", { isolated: false }), "explored", names), here.explored(names));
});

test("a page without isolation has direct mode, and is told what threads want", async ({ open }) => {
  const page = await open("/", { isolated: false });
  assertEquals(await onPage(page, "refusal", "direct"), "it runs");
  assertEquals(
    await onPage(page, "refusal", "thread"),
    "TypeError: Cannot run lock in thread mode: this page is not isolated and has no shared memory, direct mode or the " +
      "headers Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp are wanted",
  );
  assertEquals(await onPage(await open("/"), "refusal", "thread"), "it runs");
});

test("scenarios are explored by turns, bundled by a page's own esbuild, as they are in Deno", async ({ open, sites }) => {
  await using esbuild = await testEsbuild();
  const page = await open("/", { isolated: false });
  for (
    const [file, names] of [
      ["turn_scenarios.ts", ["field", "stream"]],
      ["scenarios.ts", ["unhandled", "hang"]],
    ] as const
  ) {
    const module = sites.plain.url(`/guests/${file}`);
    const site = sites.plain.url("/esbuild");
    const same = await here.scenarios({ esbuild, module: import.meta.resolve(`../guests/${file}`), names });
    assertEquals(await inWorker(page, "scenariosOfSite", { site, module, names }), same);
  }
});

test("process mode and paths are refused in words", async ({ open }) => {
  const page = await open("/");
  const said = await onPage<string>(page, "refusal", "process");
  assertStringIncludes(said, "a browser starts no processes, thread or direct mode is wanted");
  assertEquals(
    await onPage(page, "refusal", "direct", "/home"),
    "RangeError: Cannot run dir-info: /home is out of reach, because a browser has no files, a folder is wanted",
  );
});

test("a thread that never comes back ends with its host", async ({ open }: Browser) => {
  const page = await open("/");
  const { failed } = await inWorker<{ failed: { task: string; error: string }[] }>(page, "stuck");
  assertEquals(failed.map(({ task, error }) => [task, error]), [["stuck", "GuestTimeoutError"]]);
  assertEquals(await page.evaluate("navigator.locks.query().then(({ held }) => held.length)"), 0);
});

test("a page is isolated where its server says so, and what it complains about fails its test", async (browser) => {
  for (const isolated of [true, false]) {
    const page = await browser.open("/", { isolated });
    assertEquals(await page.evaluate("[crossOriginIsolated, typeof SharedArrayBuffer === 'function']"), [
      isolated,
      isolated,
    ]);
    await page.evaluate("console.error('said'); setTimeout(() => { throw new Error('thrown late'); })");
    await page.evaluate("new Promise((resolve) => setTimeout(resolve))");
  }
  const said = browser.complaints.splice(0);
  assertEquals(said.length, 4, said.join());
});
