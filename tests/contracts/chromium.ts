/**
 * Chromium for tests, from the program `chromium` on the path: one browser for the tests of a file, and two sites with
 * the same content, one of them cross-origin isolated.
 *
 * - Each tab has its own context, so nothing (storage, service workers) is left to the next one.
 * - A test fails if a tab logs an error, throws without handling, or cannot load something.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { PLAYWRIGHT } from "../../scripts/packages.ts";
import { type Content, serve, type Site } from "../e2e/server.ts";
import { IS_INNER, isLeftOut, packageTests, programPath } from "./packages.ts";

/** The headers that give a page shared memory. */
export const ISOLATED = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
} as const;

/** The part of Playwright's page that tests use. */
export interface Page {
  readonly keyboard: { press(key: string): Promise<void>; type(text: string): Promise<void> };
  readonly mouse: {
    move(x: number, y: number, options?: { readonly steps?: number }): Promise<void>;
    down(): Promise<void>;
    up(): Promise<void>;
  };
  on(event: string, callback: (what: never) => void): void;
  goto(url: string): Promise<unknown>;
  goBack(): Promise<unknown>;
  url(): string;
  press(selector: string, key: string): Promise<void>;
  focus(selector: string): Promise<void>;
  locator(selector: string): Locator;
  getByRole(role: string, options?: { readonly name?: string | RegExp; readonly exact?: boolean }): Locator;
  getByLabel(text: string | RegExp): Locator;
  getByText(text: string | RegExp): Locator;
  selectOption(selector: string, value: string): Promise<unknown>;
  setInputFiles(selector: string, files: unknown): Promise<void>;
  emulateMedia(media: Readonly<Record<string, string>>): Promise<void>;
  evaluate<T, A = undefined>(code: string | ((argument: A) => T | Promise<T>), argument?: A): Promise<T>;
  waitForSelector(selector: string): Promise<unknown>;
}

/** The part of Playwright's locator that tests use. */
export interface Locator {
  click(): Promise<void>;
  fill(value: string): Promise<void>;
  press(key: string): Promise<void>;
  count(): Promise<number>;
  first(): Locator;
  nth(index: number): Locator;
  innerText(): Promise<string>;
  allTextContents(): Promise<string[]>;
  inputValue(): Promise<string>;
  getAttribute(name: string): Promise<string | null>;
  isVisible(): Promise<boolean>;
  waitFor(): Promise<void>;
  selectOption(value: string): Promise<unknown>;
  boundingBox(): Promise<{ x: number; y: number; width: number; height: number } | null>;
}

/** Options of a tab. */
export interface TabOptions {
  /** Whether the page is isolated by its server's headers; true by default. */
  readonly isolated?: boolean;
  /** Options of Playwright's context: `viewport`, `colorScheme`, `reducedMotion`. */
  readonly context?: Readonly<Record<string, unknown>>;
}

/** The browser, as a test sees it. */
export interface Browser {
  /** The two sites, with the same content. */
  readonly sites: { readonly isolated: Site; readonly plain: Site };
  /** The complaints of tabs so far; a test that provokes one removes it. */
  readonly complaints: string[];
  /** Opens a tab at a path such as `/index.html`. */
  open(path: string, options?: TabOptions): Promise<Page>;
}

interface Context {
  newPage(): Promise<Page>;
  close(): Promise<void>;
}

interface Launched {
  newContext(options: Readonly<Record<string, unknown>>): Promise<Context>;
  close(): Promise<void>;
}

const PROGRAM = "chromium";
/** Whether the tests that need a browser are skipped. */
const LEFT_OUT: boolean = isLeftOut(PROGRAM);

/**
 * Returns a function that registers the tests of a file that need a browser; the contents of the sites are requested
 * once.
 */
export function browserTests(
  file: string,
  content: () => Content | Promise<Content>,
): (name: string, body: (browser: Browser) => Promise<void>) => void {
  const register = packageTests(file, { ignore: LEFT_OUT, alone: true });
  let all: Started | undefined;
  if (IS_INNER && !LEFT_OUT) {
    Deno.test.beforeAll(async () => {
      all = await start(await content());
    });
    Deno.test.afterAll(async () => await all?.end());
  }
  return (name, body) =>
    register(name, async () => {
      if (all === undefined) throw new Error("Cannot test: there is no browser");
      await inBrowser(all, body);
    });
}

interface Started {
  readonly launched: Launched;
  readonly sites: Browser["sites"];
  end(): Promise<void>;
}

async function start(content: Content): Promise<Started> {
  const { chromium } = await import(PLAYWRIGHT);
  const launched: Launched = await chromium.launch({
    executablePath: programPath(PROGRAM),
    // Its sandbox refuses to run as root.
    args: ["--disable-gpu", ...Deno.uid() === 0 ? ["--no-sandbox"] : []],
  });
  const sites = {
    isolated: serve({ ...content, headers: { ...content.headers, ...ISOLATED } }),
    plain: serve(content),
  };
  return {
    launched,
    sites,
    async end() {
      await launched.close();
      await Promise.all(Object.values(sites).map((site) => site[Symbol.asyncDispose]()));
    },
  };
}

/** Runs a test, and closes its tabs. */
async function inBrowser({ launched, sites }: Started, body: (browser: Browser) => Promise<void>): Promise<void> {
  const complaints: string[] = [];
  const contexts: Context[] = [];
  const open: Browser["open"] = async (path, { isolated = true, context = {} } = {}) => {
    const made = await launched.newContext(context);
    contexts.push(made);
    const page = await made.newPage();
    page.on("console", (message: { type(): string; text(): string; location(): { url: string } }) => {
      if (!["error", "warning"].includes(message.type())) return;
      complaints.push(`${message.text()} ${message.location().url}`);
    });
    page.on("pageerror", (error: Error) => complaints.push(error.stack ?? error.message));
    await page.goto((isolated ? sites.isolated : sites.plain).url(path));
    return page;
  };
  try {
    await body({ sites, complaints, open });
    assertEquals(complaints, []);
  } catch (error) {
    if (complaints.length > 0 && error instanceof Error) error.message += `\nThe tab: ${complaints.join("\n")}`;
    throw error;
  } finally {
    await Promise.all(contexts.map((context) => context.close()));
  }
}
