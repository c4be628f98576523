/**
 * The standard streams of a guest: stdin and stdout belong to the protocol, or to the one who started the run.
 */

import type { OwnStreams } from "./platform.ts";

/** The other methods of a console that print to stdout, and those that prepare them. */
const OTHERS = ["count", "countReset", "dir", "dirxml", "table", "time", "timeEnd", "timeLog"] as const;

type Printers = Record<typeof OTHERS[number], (...values: unknown[]) => void>;

/**
 * Takes both streams: who reads stdin from then on is at its end at once, and printing goes to stderr. What reads or writes by
 * descriptor (`node:fs`) is out of reach: reading takes what is for the guest, and its call does not end.
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

/** Sends everything that this realm prints to stderr. */
export function printToStderr(): void {
  const error = console.error.bind(console);
  console.log = console.info = console.debug = error;
  // Made when first used, because loading Node's console takes 12 ms.
  let printers: Printers | undefined;
  for (const name of OTHERS) {
    console[name] = (...values: unknown[]) => (printers ??= stderrPrinters())[name](...values);
  }
  const { stderr } = Deno;
  Object.defineProperties(Deno.stdout, {
    // At once: a guest blocks its event loop, so what it began to write might never be written.
    write: { value: (bytes: Uint8Array) => Promise.resolve(stderr.writeSync(bytes)) },
    writeSync: { value: (bytes: Uint8Array) => stderr.writeSync(bytes) },
    writable: { get: () => stderr.writable },
  });
}

/** Writes to stderr, as far as it takes it: there is nowhere else to complain. */
export function complain(text: string): void {
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
