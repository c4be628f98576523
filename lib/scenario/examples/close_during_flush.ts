/**
 * A log that loses a line: the line is added during an earlier flush, and closing waits only for that flush.
 *
 * - `fixed` flushes until nothing is left.
 */

import type { World } from "../world.ts";

/** Collects lines, and writes them out. */
class Log {
  lines: string[] = [];
  #flushing: Promise<void> | undefined;
  readonly #write: (lines: readonly string[]) => Promise<void>;

  constructor(write: (lines: readonly string[]) => Promise<void>) {
    this.#write = write;
  }

  add(line: string): void {
    this.lines.push(line);
    void this.flush();
  }

  async flush(): Promise<void> {
    if (this.#flushing !== undefined) return await this.#flushing;
    const lines = this.lines;
    this.lines = [];
    this.#flushing = this.#write(lines);
    await this.#flushing;
    this.#flushing = undefined;
  }

  async close(): Promise<void> {
    await this.flush();
  }
}

/** Flushes until nothing is left. */
class WholeLog extends Log {
  override async close(): Promise<void> {
    do await this.flush(); while (this.lines.length > 0);
  }
}

/** Logs two lines, and closes the log. */
export default async function closeDuringFlush(world: World): Promise<void> {
  await twoLines(world, (write) => new Log(write));
}

/** The same, with a log that checks for remaining lines when it closes. */
export async function fixed(world: World): Promise<void> {
  await twoLines(world, (write) => new WholeLog(write));
}

async function twoLines(
  { io, expect }: World,
  make: (write: (lines: readonly string[]) => Promise<void>) => Log,
): Promise<void> {
  const written: string[] = [];
  const log = make((lines) =>
    io("write", () => {
      written.push(...lines);
    })
  );
  log.add("one");
  await io("an answer");
  log.add("two");
  await log.close();
  expect(written.length === 2, "both lines are written");
}
