/**
 * What is shown of a program: its bug, step by step, or that what puts it right has none.
 */

import type { TraceRow } from "../../../../lib/explorer/mod.ts";
import { exploredParameters } from "../../../../lib/program/parameter.ts";
import type { CatalogEntry } from "../../catalog_entry.ts";
import { ask } from "../bridge.ts";
import type { ParameterValue } from "../link.ts";
import { entryNamed } from "../state.ts";
import { lessons } from "./lessons.ts";

/** A program in one of its variants. */
export interface Subject {
  readonly program: string;
  readonly variant: string;
}

/** What is said where nothing fails. */
const WELL = {
  proved: "No order of its tasks' actions shows a bug for this input.",
  "not-exhausted": "No bug was found, but not all orders were tried.",
} as const;

/** What exploring it showed. */
export interface Shown extends Subject {
  readonly verdict: "proved" | "bug" | "other";
  /** What it came to, in words. */
  readonly text: string;
  readonly schedules: number;
  /** A run that fails, if one does. */
  readonly run:
    | { readonly schedule: string; readonly tasks: readonly string[]; readonly rows: readonly TraceRow[] }
    | undefined;
}

/** Its variant that has a bug, if it has one that can be explored. */
export function bugOf({ name, explorable, specimens }: CatalogEntry): Subject | undefined {
  const [variant] = specimens;
  return explorable && variant !== undefined ? { program: name, variant } : undefined;
}

/** What does the same without the bug: another variant, or another program; itself where it has no bug. */
export function fixOf(entry: CatalogEntry): Subject | undefined {
  const { name, explorable, variants, specimens } = entry;
  const variant = variants.find((one) => !specimens.includes(one));
  if (variant !== undefined) return explorable ? { program: name, variant } : undefined;
  const fix = lessons[name]?.fix;
  if (fix === undefined) return undefined;
  return { program: fix.program, variant: fix.variant ?? entryNamed(fix.program).variants[0] ?? "plain" };
}

/** Explores it, and replays what fails. */
export async function show({ program, variant }: Subject, signal: AbortSignal): Promise<Shown> {
  const table = exploredParameters(entryNamed(program).parameters);
  const parameters: Record<string, ParameterValue> = {};
  for (const [name, { default: value }] of Object.entries(table)) parameters[name] = value;
  const setting = { program, variant, parameters, seed: 0 };
  const options = { strategy: "portfolio", budget: 20_000, keepGoing: false } as const;
  const { result } = await ask("explore", { ...setting, ...options }, { signal });
  const { verdict, schedules } = result;
  const text = "message" in result ? result.message : WELL[result.verdict];
  const found = { program, variant, text, schedules };
  if (!("schedule" in result)) return { ...found, verdict: verdict === "proved" ? "proved" : "other", run: undefined };
  const replayed = await ask("replay", { ...setting, schedule: result.schedule }, { signal });
  if ("refused" in replayed) return { ...found, verdict: "bug", run: undefined };
  const { schedule, account: { tasks, rows } } = replayed;
  return { ...found, verdict: "bug", run: { schedule, tasks, rows } };
}
