/**
 * How a command ends: its exit code for wrong arguments and closed output, its guests at Ctrl-C.
 *
 * @module
 */

import type { Host } from "../../mod.ts";
import { UsageError } from "./arguments.ts";
import { OutputClosedError } from "./output.ts";

/** How long the signal that ended a guest may take to reach this process as well, in milliseconds. */
const SIGNAL_LATE = 500;

/** The exit code of a command's body: 2 after wrong arguments, 141 if nobody reads the output any longer. */
export async function exitCode(body: () => Promise<number>): Promise<number> {
  try {
    return await body();
  } catch (error) {
    if (error instanceof OutputClosedError) return 141;
    if (!(error instanceof UsageError)) throw error;
    console.error(error.message);
    return 2;
  }
}

/** Ends everything on Ctrl-C, until the function that it gives is called. */
export function endOnSignals(host: Host): () => void {
  const end = (code: number) => () => {
    host.kill();
    Deno.exit(code);
  };
  const listeners: [Deno.Signal, () => void][] = [["SIGINT", end(130)]];
  if (Deno.build.os !== "windows") listeners.push(["SIGTERM", end(143)], ["SIGHUP", end(129)]);
  for (const [signal, listener] of listeners) Deno.addSignalListener(signal, listener);
  return () => {
    for (const [signal, listener] of listeners) Deno.removeSignalListener(signal, listener);
  };
}

/**
 * Waits a moment where a guest died of a signal that ends this process too: Ctrl-C in a terminal reaches the guests as
 * well, and a guest's end may be heard of before the signal.
 */
export async function awaitSignal(message: string): Promise<void> {
  if (/SIG(INT|TERM|HUP)/.test(message)) await new Promise((resolve) => setTimeout(resolve, SIGNAL_LATE));
}
