/**
 * The page for tests in Chromium: built once for the tests of a file, and served by its own server.
 *
 * - A tab's complaints (its console, what nobody handles, what the content policy refuses) fail its test.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { AXE } from "../../scripts/packages.ts";
import { buildPage, type PageFiles } from "../../scripts/page/build.ts";
import { serve } from "../../scripts/page/server.ts";
import { type Browser, browserTests, type Page } from "../contracts/chromium.ts";
import { IS_INNER } from "../contracts/packages.ts";

/** Without an icon of its own, a browser would ask for one. */
const BLANK = `<!doctype html><title>blank</title><link rel="icon" href="data:,">`;

/** What a test has of the page. */
export interface PageTest {
  readonly browser: Browser;
  readonly files: PageFiles;
  /** Where it is served, with a slash at the end. */
  readonly url: string;
  /** Opens it at what stands behind `#`; `context` takes Playwright's options, such as `colorScheme`. */
  open(hash?: string, context?: Readonly<Record<string, unknown>>): Promise<Page>;
}

/** What registers the tests of a file; `import.meta.url` is the file. */
export function pageTests(file: string): (name: string, body: (test: PageTest) => Promise<void>) => void {
  let files: PageFiles = new Map();
  let server: ReturnType<typeof serve> | undefined;
  const register = browserTests(file, async () => {
    files = await buildPage();
    server = serve(files, 0);
    const texts = [...files].map(([path, bytes]) => [`/${path}`, bytes] as const);
    return { texts: { "/blank.html": BLANK, ...Object.fromEntries(texts) } };
  });
  if (IS_INNER) Deno.test.afterAll(async () => await server?.shutdown());
  return (name, body) =>
    register(name, async (browser) => {
      const url = `http://127.0.0.1:${server?.addr.port}/`;
      const open: PageTest["open"] = async (hash = "", context = {}) => {
        const tab = await browser.open("/blank.html", { context });
        await tab.goto(url + hash);
        await tab.waitForSelector("#view > :not(.loading)");
        return tab;
      };
      await body({ browser, files, url, open });
    });
}

/** Fails where axe-core finds what people cannot use or read. */
export async function audit(tab: Page, what: string): Promise<void> {
  const { source } = (await import(AXE)).default;
  await tab.evaluate(`${source}; undefined`);
  const found = await tab.evaluate<readonly string[]>(`axe.run().then(({ violations }) => violations.flatMap(
    ({ id, nodes }) => nodes.map(({ target, failureSummary }) => id + " " + target + ": " + failureSummary)))`);
  assertEquals(found, [], what);
}
