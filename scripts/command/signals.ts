/**
 * Ctrl-C and the like: what ends with a command.
 */

import type { Host } from "../../mod.ts";

/** The signals that end a command, with its exit code then. */
export const SIGNALS: readonly (readonly [signal: Deno.Signal, code: number])[] = Deno.build.os === "windows"
  ? [["SIGINT", 130]]
  : [["SIGINT", 130], ["SIGTERM", 143], ["SIGHUP", 129]];

/** How long the signal that ended a guest may take to reach this process as well, in milliseconds. */
const SIGNAL_LATE = 500;

/** How long what guests on other hosts are told may take to leave this process, in milliseconds. */
const FAREWELL = 200;

/** Never resolves where a signal ends the command: its code is the signal's, whatever its guests' ends come to. */
let signalled: Promise<void> = Promise.resolve();

/** Waits for the end of the command where a signal ends it. */
export function endOfSignal(): Promise<void> {
  return signalled;
}

/** Listens to these signals until the function that it gives is called. */
export function onSignals(heard: (signal: Deno.Signal, code: number) => void): () => void {
  const listeners = SIGNALS.map(([signal, code]) => [signal, () => heard(signal, code)] as const);
  for (const [signal, listener] of listeners) Deno.addSignalListener(signal, listener);
  return () => {
    for (const [signal, listener] of listeners) Deno.removeSignalListener(signal, listener);
  };
}

/** Ends the guests and the command at a signal, until the function that it gives is called; `last` comes in between. */
export function endOnSignals(host: Host, last: () => void = () => {}): () => void {
  return onSignals((_signal, code) => {
    host.kill();
    last();
    if (host.places.length === 0) Deno.exit(code);
    signalled = new Promise(() => {});
    setTimeout(() => Deno.exit(code), FAREWELL);
  });
}

/**
 * Waits a moment where a guest died of a signal that ends this process too: Ctrl-C in a terminal reaches the guests as
 * well, and a guest's end may be heard of before the signal.
 */
export async function awaitSignal(message: string): Promise<void> {
  if (/SIG(INT|TERM|HUP)/.test(message)) await new Promise((resolve) => setTimeout(resolve, SIGNAL_LATE));
}
