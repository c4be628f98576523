/**
 * The standard streams of a guest: stdin and stdout belong to the protocol, or to whoever started the run.
 */

import type { OwnStreams } from "./platform.ts";

/** Other console methods that print to stdout, or prepare for that. */
const OTHERS = ["count", "countReset", "dir", "dirxml", "table", "time", "timeEnd", "timeLog"] as const;

type Printers = Record<typeof OTHERS[number], (...values: unknown[]) => void>;

/**
 * Takes both streams: anyone else who reads stdin gets its end at once, and printing goes to stderr. Code that reads or
 * writes by file descriptor (`node:fs`) cannot be redirected: reading takes bytes meant for the guest, and may block.
 */
export function ownStreams(): OwnStreams {
  const { stdin, stdout } = Deno;
  const read = stdin.readSync.bind(stdin);
  const write = stdout.writeSync.bind(stdout);
  Object.defineProperties(stdin, {
    read: { value: () => Promise.resolve(null) },
    readSync: { value: () => null },
    readable: { get: () => new Blob([]).stream() },
  });
  printToStderr();
  return { read, write };
}

/** Redirects everything that this realm prints to stderr. */
export function printToStderr(): void {
  const error = console.error.bind(console);
  console.log = console.info = console.debug = error;
  // Created on first use, because loading Node's console takes 12 ms.
  let printers: Printers | undefined;
  for (const name of OTHERS) {
    console[name] = (...values: unknown[]) => (printers ??= stderrPrinters())[name](...values);
  }
  const { stderr } = Deno;
  Object.defineProperties(Deno.stdout, {
    // Synchronously: a guest blocks its event loop, so a write that was only begun might never finish.
    write: { value: (bytes: Uint8Array) => Promise.resolve(stderr.writeSync(bytes)) },
    writeSync: { value: (bytes: Uint8Array) => stderr.writeSync(bytes) },
    writable: { get: () => stderr.writable },
  });
}

/** Writes to stderr as much as it accepts; there is nowhere to report an error. */
export function writeToStderr(text: string): void {
  const bytes = new TextEncoder().encode(text);
  try {
    for (let at = 0; at < bytes.length;) at += Deno.stderr.writeSync(bytes.subarray(at));
  } catch {
    // Nobody reads it.
  }
}

function stderrPrinters(): Printers {
  const { getBuiltinModule, stderr } = Reflect.get(globalThis, "process") as typeof import("node:process");
  const { Console } = getBuiltinModule("node:console") as { Console: new (out: unknown, error: unknown) => Printers };
  return new Console(stderr, stderr);
}
