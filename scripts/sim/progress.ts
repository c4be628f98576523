/**
 * Progress of long work on stderr: nothing in the first second, then a line that is rewritten on a terminal.
 *
 * @module
 */

/** How long work stays silent, and how often it then says something, in milliseconds. */
const SILENT = 1000;
const OFTEN = 200;
const SELDOM = 5000;

/** Shows how far a run is. */
export class Progress {
  readonly #what: string;
  readonly #total: number;
  readonly #terminal = Deno.stderr.isTerminal();
  #next = performance.now() + SILENT;
  #shown = false;

  /** Starts the clock of one run of `total` simulated seconds. */
  constructor(what: string, total: number) {
    this.#what = what;
    this.#total = total;
  }

  /** Says that the run is at `t`, if it is time to say something. */
  at(t: number): void {
    const now = performance.now();
    if (now < this.#next) return;
    const text = `${this.#what}: t = ${t.toPrecision(3)} of ${this.#total} s`;
    this.#write(this.#terminal ? `\r\x1b[K${text}` : `${text}\n`);
    this.#shown = true;
    this.#next = now + (this.#terminal ? OFTEN : SELDOM);
  }

  /** Takes the line away, for other output or at the end. */
  clear(): void {
    if (this.#shown && this.#terminal) this.#write("\r\x1b[K");
    this.#shown = false;
  }

  #write(text: string): void {
    try {
      Deno.stderr.writeSync(new TextEncoder().encode(text));
    } catch {
      // Nobody reads it, and the run does not need it.
    }
  }
}
