/**
 * Checks that tests are where people look for them, and test what they are named for.
 *
 * - A folder of tests is named for a folder of `lib` or `scripts`, or is one of a few others.
 * - A test named for a file imports that file, or the `mod.ts` of an enclosing folder, directly or through a suite.
 * - Every other file under `tests` is mentioned by a test, a suite or the README, since a suite that no test runs tests
 *   nothing.
 */

import { importsIn } from "./circles.ts";

/** Folders of `tests` that mirror nothing. */
const ROOMS = ["arbitraries", "checks", "contracts", "e2e", "explorer/oracle", "guests"];

/** The faults of the tests among these files, given as texts by path from the project's root. */
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
    return `${namesake(folder)} is not a folder, one that exists or one of ${ROOMS.join(", ")} is wanted`;
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

/** The path that a path under `tests` mirrors. */
function namesake(path: string): string {
  return path.replace(/^tests\/(?!scripts\b)/, "lib/").replace(/^tests\//, "");
}

function isAround(path: string, file: string): boolean {
  return path.endsWith("/mod.ts") && path !== "lib/mod.ts" && file.startsWith(path.slice(0, -"mod.ts".length));
}

/** The imports of a test, directly or through other files under `tests`. */
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
