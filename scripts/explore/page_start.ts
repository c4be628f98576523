/**
 * `explore --open`: serves the page and opens it at the result, by starting `scripts/page.ts` with the permissions of
 * its task.
 */

import { fileURLToPath } from "node:url";
import { UsageError } from "../command/arguments.ts";
import { writeToStderr } from "../command/output.ts";
import { startAgain } from "../command/rights.ts";
import { esbuildProgram } from "./scenario_start.ts";

/** Serves the page until Ctrl-C, opened at a link; returns the exit code. */
export async function openPage(link: string): Promise<number> {
  if (!import.meta.url.endsWith("/scripts/explore/page_start.ts")) {
    throw new UsageError("Cannot use --open: this is one file without the page, a checkout of the project is wanted");
  }
  const pathOf = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));
  writeToStderr("The page is served by a program of its own, which may listen on 127.0.0.1.\n");
  const run = [await esbuildProgram(), "xdg-open", "open", "explorer"].join();
  return await startAgain([
    ...["--quiet", "--no-prompt", "--frozen", `--lock=${pathOf("../packages.lock")}`],
    ...["--allow-net=127.0.0.1", "--allow-read", "--allow-write", "--allow-env", `--allow-run=${run}`],
    ...[pathOf("../page.ts"), "--port", "0", "--at", link],
  ], "null");
}
