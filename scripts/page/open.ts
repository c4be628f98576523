/**
 * Opens an address in the user's browser, with the operating system's program for that.
 */

import { writeToStderr } from "../command/output.ts";

const OPENERS: Readonly<Record<string, string>> = { darwin: "open", windows: "explorer" };

/** Opens an address; if that fails, it only says so. */
export async function openInBrowser(url: string): Promise<void> {
  const program = OPENERS[Deno.build.os] ?? "xdg-open";
  try {
    const { success } = await new Deno.Command(program, { args: [url], stdin: "null", stdout: "null", stderr: "null" })
      .output();
    // The program of Windows always exits with 1.
    if (success || program === "explorer") return;
    writeToStderr(`Cannot open a browser: ${program} did not, open ${url} by hand\n`);
  } catch {
    writeToStderr(`Cannot open a browser: there is no ${program} that may be run, open ${url} by hand\n`);
  }
}
