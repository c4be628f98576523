/**
 * Runs `deno`, passes its output on, and reads the tally that `deno test` ends with.
 */

/** How many passed, failed and were left out. */
export interface Tally {
  readonly passed: number;
  readonly failed: number;
  readonly ignored?: number;
}

/** How a run of `deno` ended. */
export interface Run {
  readonly code: number;
  /** What it printed on both streams, without colors, the streams one after the other. */
  readonly text: string;
}

// deno-lint-ignore no-control-regex -- escape sequences start with a control character
const color = /\x1b\[[0-9;]*m/g;
const summary = /^(?:ok|FAILED) \| (\d+) passed(?: \([^)]*\))? \| (\d+) failed(?: \([^)]*\))?(?: \| (\d+) ignored)?/gm;

/** The last tally in the output of `deno test`, or `undefined` where it ran no test. */
export function readTally(text: string): Tally | undefined {
  const [, passed, failed, ignored = 0] = [...text.replace(color, "").matchAll(summary)].at(-1) ?? [];
  if (passed === undefined || failed === undefined) return undefined;
  return { passed: Number(passed), failed: Number(failed), ignored: Number(ignored) };
}

/** A tally as each task of the gate prints it, on its last line. */
export function formatTally({ passed, failed }: Tally): string {
  return `${passed} passed, ${failed} failed`;
}

/** Runs `deno` with arguments in the project's root; `sink` sees the output as it comes. */
export async function runDeno(
  args: readonly string[],
  options: { sink?: (bytes: Uint8Array) => void; colors?: boolean } = {},
): Promise<Run> {
  const { sink, colors = false } = options;
  const child = new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd: new URL("../../", import.meta.url),
    env: colors ? { FORCE_COLOR: "1" } : { NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const [stdout, stderr, { code }] = await Promise.all([
    drain(child.stdout, sink),
    drain(child.stderr, sink),
    child.status,
  ]);
  return { code, text: (stdout + stderr).replace(color, "") };
}

async function drain(stream: ReadableStream<Uint8Array>, sink: ((bytes: Uint8Array) => void) | undefined) {
  const decoder = new TextDecoder();
  let text = "";
  for await (const bytes of stream) {
    sink?.(bytes);
    text += decoder.decode(bytes, { stream: true });
  }
  return text + decoder.decode();
}
