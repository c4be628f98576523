/**
 * Tests that need packages of `scripts/packages.lock`, or a program on the path.
 *
 * - A test that loaded such a package would write it into the project's lock file. So these tests run in a process with
 *   the other lock file, which runs all tests of a file at once.
 * - If the program is missing, the tests are skipped, and `deno test` counts that; as root none is skipped, because the
 *   gate installs the program there.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import { AXE, ESBUILD, PAGE, PLAYWRIGHT } from "../../scripts/packages.ts";
import { readTally } from "../../scripts/checks/tally.ts";
import { runs } from "./soak.ts";

const INNER = "HOLDFAST_PACKAGE_TESTS";

/** Whether this process may load the packages. */
export const IS_INNER: boolean = Deno.env.has(INNER);

/** Whether the tests that need a program are skipped; if so, says so. */
export function isLeftOut(program: string): boolean {
  if (programPath(program) !== undefined) return false;
  console.warn(`${program} is not on the path: the tests that need it are left out`);
  return Deno.uid() !== 0;
}

/** The path of a program, if it is on the path. */
export function programPath(program: string): string | undefined {
  const paths = (Deno.env.get("PATH") ?? "").split(":").map((folder) => `${folder}/${program}`);
  return paths.find((path) => {
    try {
      return Deno.statSync(path).isFile;
    } catch {
      return false;
    }
  });
}

/** Returns a function that registers the tests of a file, in either process; see {@linkcode runInside} for `alone`. */
export function packageTests(
  file: string,
  { ignore, alone = false }: { readonly ignore: boolean; readonly alone?: boolean },
): (name: string, body: () => Promise<void>) => void {
  let run: Promise<string> | undefined;
  return (name, body) => {
    if (IS_INNER) return Deno.test({ name, fn: body, ignore });
    Deno.test({
      name,
      ignore,
      async fn() {
        // Deno's notes about slow tests appear in the middle of their lines.
        const text = (await (run ??= runInside(file, { alone }))).replace(/'.*' has been running for over .*\n/g, "");
        if (!text.includes(`\n${name} ... ok (`)) throw new Error(`in a process of its own:\n${text}`);
      },
    });
  };
}

/** Registers a suite as one test, in soak runs only, because it takes minutes. */
export function packageSuite(
  name: string,
  { file, ignore, register }: { readonly file: string; readonly ignore: boolean; register(): void },
): void {
  if (IS_INNER) return register();
  if (runs(1) === 1) return;
  Deno.test({
    name,
    ignore,
    async fn() {
      const text = await runInside(file, { alone: false });
      const { passed, failed } = readTally(text) ?? { passed: 0, failed: 1 };
      if (passed === 0 || failed > 0) throw new Error(`in a process of its own:\n${text}`);
    },
  });
}

const LOCK = ["--frozen", `--lock=${fileURLToPath(new URL("../../scripts/packages.lock", import.meta.url))}`];

/**
 * Runs the tests of a file in a process that may load the packages. If `alone` and run as root, it gets its own
 * loopback network: a browser aborts what it is loading whenever a network appears or disappears, and other tests
 * create some.
 */
async function runInside(file: string, { alone }: { readonly alone: boolean }): Promise<string> {
  const path = fileURLToPath(file);
  const test = [Deno.execPath(), "test", "--no-check", "--allow-all", ...LOCK, path];
  if (!alone || Deno.uid() !== 0 || programPath("unshare") === undefined) return await said(test);
  // The process cannot download what is missing.
  const packages = [ESBUILD, ...Object.values(PAGE), PLAYWRIGHT, AXE];
  await said([Deno.execPath(), "cache", "--quiet", "--no-check", ...LOCK, ...packages, path]);
  return await said(["unshare", "--net", "sh", "-c", 'ip link set lo up && exec "$@"', "sh", ...test]);
}

/** The output of a command, without Deno's notes about slow tests. */
async function said([command = "", ...args]: readonly string[]): Promise<string> {
  const { stdout, stderr } = await new Deno.Command(command, {
    args,
    env: { [INNER]: "1", NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output();
  const text = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)).join("");
  return text.replaceAll(/'.*' has been running for over \(.*\)\n/g, "");
}
