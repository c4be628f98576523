/**
 * What happens at Ctrl-C and other signals that end a command.
 */

import type { Host } from "../../mod.ts";

/** The signals that end a command, each with the exit code. */
export const SIGNALS: readonly (readonly [signal: Deno.Signal, code: number])[] = Deno.build.os === "windows"
  ? [["SIGINT", 130]]
  : [["SIGINT", 130], ["SIGTERM", 143], ["SIGHUP", 129]];

/** How long to wait for a signal that ended a guest to reach this process, in milliseconds. */
const SIGNAL_LATE = 500;

/** How long to wait until messages to guests on other hosts are sent, in milliseconds. */
const FAREWELL = 200;

/** Never resolves, for a command that a signal ends: its exit code is the signal's, whatever its guests' ends cause. */
let signalled: Promise<void> = Promise.resolve();

/** If a signal is ending the command, waits for that end. */
export function endOfSignal(): Promise<void> {
  return signalled;
}

/** Listens to these signals until the returned function is called. */
export function onSignals(heard: (signal: Deno.Signal, code: number) => void): () => void {
  const listeners = SIGNALS.map(([signal, code]) => [signal, () => heard(signal, code)] as const);
  for (const [signal, listener] of listeners) Deno.addSignalListener(signal, listener);
  return () => {
    for (const [signal, listener] of listeners) Deno.removeSignalListener(signal, listener);
  };
}

/**
 * One Ctrl-C may arrive several times: from the terminal, from `deno task`, and from the script that started this one.
 * Signals within so many milliseconds are one.
 */
const ONE_SIGNAL = 500;

/** Tells whether a signal is another one than the first, after the moment in which the first may arrive again. */
export function anotherSignal(): () => boolean {
  let first: number | undefined;
  return () => performance.now() - (first ??= performance.now()) > ONE_SIGNAL;
}

/** Aborts at Ctrl-C, until the end of the command; another Ctrl-C ends the command at once. */
export function interruption(): AbortSignal {
  const interrupt = new AbortController();
  const isAnother = anotherSignal();
  Deno.addSignalListener("SIGINT", () => {
    if (isAnother()) Deno.exit(130);
    interrupt.abort();
  });
  return interrupt.signal;
}

/** At a signal, ends the guests, calls `last` and ends the command; until the returned function is called. */
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
 * Waits a moment after a guest died of a signal that also ends this process: Ctrl-C in a terminal reaches the guests as
 * well, and the end of a guest may be noticed before the signal.
 */
export async function awaitSignal(message: string): Promise<void> {
  if (/SIG(INT|TERM|HUP)/.test(message)) await new Promise((resolve) => setTimeout(resolve, SIGNAL_LATE));
}
