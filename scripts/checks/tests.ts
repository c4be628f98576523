/**
 * Checks that tests stand where they are looked for, and test what they are named for.
 *
 * - A folder of tests is named for a folder of `lib` or `scripts`, or is one of a few rooms of its own.
 * - A test named for a file imports that file or the `mod.ts` of a folder around it, itself or by a suite.
 * - Every other file under `tests` is named by a test, a suite or the README: a suite that no test runs tests nothing.
 */

import { importsIn } from "./circles.ts";

/** Rooms of `tests` that mirror nothing. */
const ROOMS = ["arbitraries", "checks", "contracts", "e2e", "explorer/oracle", "guests"];

/** What is wrong with the tests among these files: texts by their paths from the project's root. */
export function testFaults(files: ReadonlyMap<string, string>): string[] {
  const paths = [...files.keys()];
  return paths.filter((path) => path.startsWith("tests/")).flatMap((path) => {
    const fault = path.endsWith("_test.ts") ? faultOfTest(path, files) : faultOfHelper(path, files);
    return fault === undefined ? [] : [`Cannot keep ${path}: ${fault}`];
  });
}

function faultOfTest(test: string, files: ReadonlyMap<string, string>): string | undefined {
  const folder = test.replace(/\/[^/]*$/, "");
  const isRoom = ["tests", ...ROOMS.map((room) => `tests/${room}`)].includes(folder);
  if (!isRoom && ![...files.keys()].some((path) => path.startsWith(`${namesake(folder)}/`))) {
    return `${namesake(folder)} is no folder, one that exists or one of ${ROOMS.join(", ")} is wanted`;
  }
  const file = namesake(test).replace(/_test\.ts$/, ".ts");
  if (!files.has(file)) return undefined;
  const imported = importedBy(test, files);
  if (imported.some((path) => path === file || isAround(path, file))) return undefined;
  return `it does not import ${file}, that or a name of another thing is wanted`;
}

function faultOfHelper(helper: string, files: ReadonlyMap<string, string>): string | undefined {
  const name = helper.slice(helper.lastIndexOf("/") + 1);
  for (const [path, text] of files) {
    if (path !== helper && !path.startsWith("lib/") && text.includes(name)) return undefined;
  }
  return "nothing names it, a test that does is wanted";
}

/** What a path under `tests` mirrors. */
function namesake(path: string): string {
  return path.replace(/^tests\/(?!scripts\b)/, "lib/").replace(/^tests\//, "");
}

function isAround(path: string, file: string): boolean {
  return path.endsWith("/mod.ts") && path !== "lib/mod.ts" && file.startsWith(path.slice(0, -"mod.ts".length));
}

/** What a test imports, itself or by other files under `tests`. */
function importedBy(test: string, files: ReadonlyMap<string, string>): string[] {
  const found = new Set([test]);
  for (const path of found) {
    const specifiers = path.startsWith("tests/") ? importsIn(files.get(path) ?? "") : [];
    for (const specifier of specifiers) found.add(new URL(specifier, `file:///${path}`).pathname.slice(1));
  }
  return [...found];
}

/** The TypeScript files under a folder. */
function* filesUnder(folder: string, root: URL): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(new URL(folder, root))) {
    if (isDirectory) yield* filesUnder(`${folder}/${name}`, root);
    else if (name.endsWith(".ts")) yield `${folder}/${name}`;
  }
}

if (import.meta.main) {
  const root = new URL("../../", import.meta.url);
  const paths = ["README.md", ...["lib", "scripts", "tests"].flatMap((folder) => [...filesUnder(folder, root)]).sort()];
  const faults = testFaults(new Map(paths.map((path) => [path, Deno.readTextFileSync(new URL(path, root))])));
  for (const fault of faults) console.error(fault);
  Deno.exit(faults.length === 0 ? 0 : 1);
}
