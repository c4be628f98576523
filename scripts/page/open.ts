/**
 * Opens an address in the user's browser, by the program that the operating system has for that.
 */

import { complain } from "../command/output.ts";

const OPENERS: Readonly<Record<string, string>> = { darwin: "open", windows: "explorer" };

/** Opens it; where that cannot be done it says so, and nothing else changes. */
export async function openInBrowser(url: string): Promise<void> {
  const program = OPENERS[Deno.build.os] ?? "xdg-open";
  try {
    const { success } = await new Deno.Command(program, { args: [url], stdin: "null", stdout: "null", stderr: "null" })
      .output();
    // Windows' own answers 1 in any case.
    if (success || program === "explorer") return;
    complain(`Cannot open a browser: ${program} did not, open ${url} by hand\n`);
  } catch {
    complain(`Cannot open a browser: there is no ${program} that may be run, open ${url} by hand\n`);
  }
}
