/**
 * Runs `deno`, passes its output on, and reads the tally at the end of `deno test`.
 */

/** How many tests passed, failed and were ignored. */
export interface Tally {
  readonly passed: number;
  readonly failed: number;
  readonly ignored?: number;
}

/** How a run of `deno` ended. */
export interface Run {
  readonly code: number;
  /** The output of both streams, one after the other, without colors. */
  readonly text: string;
}

// deno-lint-ignore no-control-regex -- escape sequences start with a control character
const color = /\x1b\[[0-9;]*m/g;
const summary = /^(?:ok|FAILED) \| (\d+) passed(?: \([^)]*\))? \| (\d+) failed(?: \([^)]*\))?(?: \| (\d+) ignored)?/gm;

/** The last tally in the output of `deno test`, or `undefined` if it ran no test. */
export function readTally(text: string): Tally | undefined {
  const [, passed, failed, ignored = 0] = [...text.replace(color, "").matchAll(summary)].at(-1) ?? [];
  if (passed === undefined || failed === undefined) return undefined;
  return { passed: Number(passed), failed: Number(failed), ignored: Number(ignored) };
}

/** A tally as text, the last line of each task of the gate. */
export function formatTally({ passed, failed }: Tally): string {
  return `${passed} passed, ${failed} failed`;
}

/** Runs `deno` with arguments in the project's root; `sink` gets the output as it arrives. */
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
