/**
 * Progress of long work on stderr: nothing in the first second, then a line that is rewritten on a terminal.
 */

import { complain } from "./output.ts";

/** How long work stays silent, and how often it then says something, in milliseconds. */
const SILENT = 1000;
const OFTEN = 200;
const SELDOM = 5000;

/** Shows how far some work is. */
export class Progress implements Disposable {
  readonly #text: (at: number) => string;
  readonly #terminal = Deno.stderr.isTerminal();
  readonly #started = performance.now();
  #next = performance.now() + SILENT;
  #shown = false;
  #ticks: ReturnType<typeof setInterval> | undefined;

  /** Starts the clock of some work; `text` says what it is at. */
  constructor(text: (at: number) => string) {
    this.#text = text;
  }

  /** Progress of work that says nothing itself: it is at the seconds that it has taken. */
  static ofTime(text: (seconds: number) => string): Progress {
    const progress = new Progress(text);
    progress.#ticks = setInterval(() => progress.at((performance.now() - progress.#started) / 1000), OFTEN);
    return progress;
  }

  /** Says where the work is, if it is time to say something. */
  at(value: number): void {
    const now = performance.now();
    if (now < this.#next) return;
    const text = this.#text(value);
    complain(this.#terminal ? `\r\x1b[K${oneRow(text)}` : `${text}\n`);
    this.#shown = true;
    this.#next = now + (this.#terminal ? OFTEN : SELDOM);
  }

  /** Takes the line away, for other output or at the end. */
  clear(): void {
    if (this.#shown && this.#terminal) complain("\r\x1b[K");
    this.#shown = false;
  }

  /** Takes the line away and says nothing more. */
  [Symbol.dispose](): void {
    clearInterval(this.#ticks);
    this.clear();
  }
}

/** As much of a text as one row of the terminal holds, since only one is taken away again. */
function oneRow(text: string): string {
  try {
    const { columns } = Deno.consoleSize();
    return columns === 0 ? text : text.slice(0, columns - 1);
  } catch {
    return text;
  }
}
