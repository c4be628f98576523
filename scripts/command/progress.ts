/**
 * Shows the progress of long work on stderr: nothing in the first second, then a line, which is rewritten on a
 * terminal.
 */

import { writeToStderr } from "./output.ts";

/** Milliseconds until progress is first shown, and between two updates. */
const SILENT = 1000;
const OFTEN = 200;
const SELDOM = 5000;

/** Shows the progress of some work. */
export class Progress implements Disposable {
  readonly #text: (at: number) => string;
  readonly #terminal = Deno.stderr.isTerminal();
  readonly #started = performance.now();
  #next = performance.now() + SILENT;
  #shown = false;
  #ticks: ReturnType<typeof setInterval> | undefined;

  /** Starts timing some work; `text` says what it is doing. */
  constructor(text: (at: number) => string) {
    this.#text = text;
  }

  /** Shows the elapsed seconds of work that reports no progress itself. */
  static ofTime(text: (seconds: number) => string): Progress {
    const progress = new Progress(text);
    progress.#ticks = setInterval(() => progress.at((performance.now() - progress.#started) / 1000), OFTEN);
    return progress;
  }

  /** Shows how far the work is, if an update is due. */
  at(value: number): void {
    const now = performance.now();
    if (now < this.#next) return;
    const text = this.#text(value);
    writeToStderr(this.#terminal ? `\r\x1b[K${oneRow(text)}` : `${text}\n`);
    this.#shown = true;
    this.#next = now + (this.#terminal ? OFTEN : SELDOM);
  }

  /** Removes the line, before other output or at the end. */
  clear(): void {
    if (this.#shown && this.#terminal) writeToStderr("\r\x1b[K");
    this.#shown = false;
  }

  /** Removes the line and shows nothing more. */
  [Symbol.dispose](): void {
    clearInterval(this.#ticks);
    this.clear();
  }
}

/** The part of a text that fits into one row of the terminal, since only one row is removed again. */
function oneRow(text: string): string {
  try {
    const { columns } = Deno.consoleSize();
    return columns === 0 ? text : text.slice(0, columns - 1);
  } catch {
    return text;
  }
}
