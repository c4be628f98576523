/**
 * The file for a trace: checked before the runs, written after them, or at the signal that ends them.
 *
 * - A separate thread, the scribe, collects the trace and writes it, so Ctrl-C is noticed while a run keeps this thread
 *   busy. If no other thread listens to the signal, the scribe then lets it end the process.
 */

import { ChromeTrace, type Observer, type Span } from "../../lib/simulator/mod.ts";
import { quoted } from "./arguments.ts";
import { OutputError, writeToStderr } from "./output.ts";
import { OutputFile } from "./output_file.ts";
import { onSignals } from "./signals.ts";
import { WholeFile } from "./whole_file.ts";

/** Messages to the scribe: first where to write and when the trace starts, last the request to write. */
type ToScribe =
  | { readonly kind: "open"; readonly path: string; readonly start: number; readonly saved: Int32Array }
  | { readonly kind: "run"; readonly name: string; readonly start: number | undefined }
  | { readonly kind: "span"; readonly run: number; readonly span: Span }
  | { readonly kind: "save" };

/** Messages from the scribe: that it listens, and the error of writing, if any. */
type FromScribe = { readonly fault: string | undefined };

/** Milliseconds that writing may take after a signal. */
const PATIENCE = 10_000;

/** The part of a worker's global scope that the scribe uses. */
interface ScribeScope {
  onmessage: ((event: MessageEvent<ToScribe>) => void) | null;
  postMessage(message: FromScribe): void;
}

export class TraceFile {
  readonly #scribe: Worker;
  readonly #path: string;
  /** 1 once the trace is saved after a signal. */
  readonly #saved = new Int32Array(new SharedArrayBuffer(4));
  #runs = 0;

  private constructor(path: string) {
    this.#path = path;
    const text = `import { scribe } from ${JSON.stringify(import.meta.url)}; scribe();`;
    this.#scribe = new Worker(`data:text/javascript,${encodeURIComponent(text)}`, { type: "module" });
  }

  /**
   * Checks that the file can be written, leaves it unchanged, and begins a trace.
   *
   * @throws {UsageError} if it cannot be written.
   */
  static async open(path: string): Promise<TraceFile> {
    new OutputFile("--trace", path);
    const file = new TraceFile(path);
    const start = performance.timeOrigin + performance.now();
    await file.#ask({ kind: "open", path, start, saved: file.#saved });
    return file;
  }

  /** Makes an observer for one run, shown as `name`; its times count from `start`, by default the trace's start. */
  process(name: string, { start }: { readonly start?: number } = {}): Observer {
    const run = this.#runs++;
    this.#tell({ kind: "run", name, start });
    return (span) => this.#tell({ kind: "span", run, span });
  }

  /**
   * Writes the trace and ends it.
   *
   * @throws {OutputError} if it cannot be written.
   */
  async save(): Promise<void> {
    const { fault } = await this.#ask({ kind: "save" });
    this.#scribe.terminate();
    if (fault !== undefined) throw new OutputError(whatOf(this.#path), fault);
  }

  /** Waits, without a turn of the event loop, until the scribe has noticed a signal and written the trace. */
  awaitSaved(): void {
    Atomics.wait(this.#saved, 0, 0, PATIENCE);
  }

  #tell(message: ToScribe): void {
    this.#scribe.postMessage(message);
  }

  #ask(message: ToScribe): Promise<FromScribe> {
    const { promise, resolve, reject } = Promise.withResolvers<FromScribe>();
    this.#scribe.onmessage = ({ data }: MessageEvent<FromScribe>) => resolve(data);
    this.#scribe.onerror = (event) => {
      event.preventDefault();
      reject(new OutputError(whatOf(this.#path), event.message));
    };
    this.#tell(message);
    return promise;
  }
}

/** Does something with a trace file, if one is wanted, and saves it however that ends. */
export async function tracing<T>(path: string | undefined, body: (file?: TraceFile) => Promise<T>): Promise<T> {
  const file = path === undefined ? undefined : await TraceFile.open(path);
  try {
    return await body(file);
  } finally {
    await file?.save();
  }
}

/** The scribe's thread. */
export function scribe(): void {
  const scope = self as unknown as ScribeScope;
  const runs: Observer[] = [];
  let trace = new ChromeTrace();
  let save = (): string | undefined => undefined;
  scope.onmessage = ({ data }) => {
    switch (data.kind) {
      case "open": {
        const file = new WholeFile(data.path);
        trace = new ChromeTrace(data);
        save = () => faultOf(() => file.write(JSON.stringify(trace)));
        saveOnSignals(save, data);
        scope.postMessage({ fault: undefined });
        break;
      }
      case "run":
        runs.push(trace.process(data.name, data.start === undefined ? {} : { start: data.start }));
        break;
      case "span":
        runs[data.run]?.(data.span);
        break;
      case "save":
        scope.postMessage({ fault: save() });
    }
  };
}

/** Saves at a signal, and then lets it end the process, unless another thread listens. */
function saveOnSignals(save: () => string | undefined, { path, saved }: { path: string; saved: Int32Array }): void {
  let isHeard = false;
  const unsubscribe = onSignals(async (signal) => {
    // A terminal and `deno task` may both send the signal.
    if (isHeard) return;
    isHeard = true;
    // Messages sent before the signal may still be in the queue.
    await new Promise((resolve) => setTimeout(resolve, 0));
    const fault = save();
    if (fault !== undefined) writeToStderr(`${new OutputError(whatOf(path), fault).message}\n`);
    Atomics.store(saved, 0, 1);
    Atomics.notify(saved, 0);
    unsubscribe();
    Deno.kill(Deno.pid, signal);
  });
}

function faultOf(act: () => void): string | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function whatOf(path: string): string {
  return `the trace to ${quoted(path)}`;
}
