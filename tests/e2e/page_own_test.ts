import { assertEquals, assertStringIncludes } from "@std/assert";
import type { Page } from "../contracts/chromium.ts";
import { audit, pageTests } from "./page_site.ts";

const test = pageTests(import.meta.url);

/** Puts a text into the editor and uses it. */
async function use(tab: Page, text: string): Promise<void> {
  await tab.getByLabel("The module's text").fill(text);
  await tab.getByRole("button", { name: "Use this module" }).click();
}

test("a program of one's own runs, on threads too, and is explored; a link to it runs nothing", async ({ open }) => {
  const tab = await open("#view=learn&own=yes");
  await audit(tab, "the editor");
  await tab.getByRole("button", { name: "Use this module" }).click();
  await tab.getByRole("link", { name: "run it" }).click();
  for (const mode of ["direct", "thread"]) {
    await tab.getByLabel("Mode").selectOption(mode);
    await tab.getByRole("button", { name: "Run", exact: true }).click();
    await tab.waitForSelector("#view .message");
  }
  await tab.getByRole("tab", { name: "Explore" }).click();
  await tab.getByText(/expected 2/).first().waitFor();
  const link = tab.url();
  const other = await open(link.slice(link.indexOf("#")));
  await other.getByText("a program of one's own is in no link").waitFor();
});

test("a module that does not parse, or has no program, is told so, with the place", async ({ open }) => {
  const tab = await open("#view=learn&own=yes");
  await use(tab, "export const fine = 1;\nexport const = 2;\n");
  const told = tab.locator("#view .message.error");
  assertStringIncludes(await told.innerText(), "Line 2, column 14");
  assertStringIncludes(await told.innerText(), "export const = 2;");
  await use(tab, `import "node:fs";`);
  await tab.getByText("Cannot import node:fs: the page knows the library alone").waitFor();
  await use(tab, "export const fine = 1;");
  await tab.getByText("it exports no program").waitFor();
  await use(tab, "postMessage({ id: 1, answer: null });");
  await tab.getByText("postMessage is not defined").waitFor();
  await use(tab, "throw { toString() { throw null; } };");
  await tab.getByText("something was thrown that cannot be shown").waitFor();
});

test("a module that loops for ever is ended, and the next one is used", async ({ open }) => {
  const tab = await open("#view=learn&own=yes");
  await use(tab, "for (;;);");
  await tab.getByRole("button", { name: "Stop" }).click();
  await tab.getByText("Stopped.").waitFor();
  await use(tab, "for (;;);");
  await tab.getByText("may loop forever").waitFor();
  await use(tab, "export const fine = 1;");
  await tab.getByText("it exports no program").waitFor();
});

/** Ways out of a worker: each gives whether it was refused. */
const WAYS = `
const url = TARGET;
const refused = (act) => Promise.resolve().then(act).then(() => false, () => true);
const event = (made, good, bad) => new Promise((yes, no) => { made[good] = yes; made[bad] = no; });
const inner = (code) => refused(async () => {
  const worker = new Worker(URL.createObjectURL(new Blob([code])), { type: "module" });
  const { data } = await event(worker, "onmessage", "onerror");
  if (data) throw new Error("refused");
});
const ways = {
  fetch: () => refused(() => fetch(url)),
  xhr: () => refused(() => { const xhr = new XMLHttpRequest(); xhr.open("GET", url); xhr.send(); return event(xhr, "onload", "onerror"); }),
  socket: () => refused(() => event(new WebSocket(url.replace("http", "ws")), "onopen", "onerror")),
  events: () => refused(() => event(new EventSource(url), "onopen", "onerror")),
  module: () => refused(() => import(url + ".js")),
  scripts: () => refused(() => importScripts(url)),
  worker: () => refused(() => event(new Worker(url, { type: "module" }), "onmessage", "onerror")),
  own: () => refused(() => fetch(new URL("/catalog.json", new URL(url).href))),
  page: () => refused(() => fetch(PAGE + "catalog.json")),
  inWorker: () => inner("fetch(" + JSON.stringify(url) + ").then(() => postMessage(false), () => postMessage(true))"),
  moduleInWorker: () => inner("import(" + JSON.stringify(url + ".js") + ").then(() => postMessage(false), () => postMessage(true))"),
};
const found = [];
for (const [name, way] of Object.entries(ways)) if (!await way()) found.push(name);
throw new Error("ways out: " + (found.join() || "none") + ", tried " + Object.keys(ways).length);
`;

test("code of one's own reaches nobody: no way out of its worker, nor of its worker's workers", async (page) => {
  const { browser, open, url } = page;
  const tab = await open("#view=learn&own=yes");
  const target = browser.sites.plain.url("/out");
  await use(tab, WAYS.replace("TARGET", JSON.stringify(target)).replace("PAGE", JSON.stringify(url)));
  await tab.getByText(/ways out/).waitFor();
  assertStringIncludes(await tab.locator("#view .message").innerText(), "ways out: none, tried 11");
  assertEquals([...browser.sites.plain.asked].filter((path) => path.startsWith("/out")), []);
  // What the policy refuses is a complaint, which is meant here.
  assertEquals(browser.complaints.splice(0).filter((text) => !/Content Security Policy|violates/.test(text)), []);
});

test("where a server does not send the policy, code of one's own is refused", async ({ browser }) => {
  const tab = await browser.open("/#view=learn&own=yes");
  await tab.getByRole("button", { name: "Use this module" }).click();
  await tab.getByText("this server does not cut it off from the network").waitFor();
});
