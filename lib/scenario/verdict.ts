/**
 * The verdict on a run of a scenario: its outcome, and the bug that it shows.
 *
 * - A failed `expect` and an error named `AssertionError` are an `assertion`. Any other error that the scenario throws,
 *   or that nobody could catch, is an `exception`.
 * - A scenario that has not settled when nothing is pending is a `hang`. If it has returned and something is left over,
 *   that is a `leak`.
 */

import { type BugKind, type Finding, type Judged, kinds } from "../explorer/mod.ts";
import { platform } from "../platform/mod.ts";
import { dataText, fileName } from "../program/mod.ts";
import type { Rejection } from "./rejections.ts";
import type { SourcePlace } from "./source_map.ts";
import type { Run } from "./world/main.ts";

/** The state of a run at its end. */
export interface Ended {
  readonly run: Run;
  /** Whether its last step did not end on its own. */
  readonly isEndless: boolean;
  readonly rejections: readonly Rejection[];
  /** The label of the last completion. */
  readonly last: string;
  readonly placesIn: (stack: string | undefined) => readonly SourcePlace[];
}

/** Judges a run; ignored kinds do not count. */
export function verdictOf(ended: Ended, ignore: readonly BugKind[]): Judged {
  const { outside } = ended.run;
  const outcome = outside.state === "returned" ? plainData(outside.value) : undefined;
  const findings = findingsOf(ended).filter(({ kind }) => !ignore.includes(kind));
  const [finding] = findings.sort((one, other) => kinds.indexOf(one.kind) - kinds.indexOf(other.kind));
  const text = outside.state === "returned" ? dataText(outcome) : finding?.message ?? outside.state;
  return { outcome, text, finding };
}

function findingsOf({ run, isEndless, rejections, last, placesIn }: Ended): Finding[] {
  const { outside } = run;
  const { state, broken, crash } = outside;
  if (isEndless) {
    return [{
      kind: "livelock",
      message: `after ${last} the code never waits again: a loop, or microtasks without end`,
    }];
  }
  const told = (error: unknown) => errorText(error, placesIn);
  const findings: Finding[] = [];
  const thrown = crash ?? (state === "threw" ? { error: outside.value } : undefined);
  if (broken !== undefined) {
    findings.push({ kind: "assertion", message: broken.message + placeText(broken, placesIn) });
  } else if (thrown !== undefined) {
    const isAssertion = nameOf(thrown.error) === "AssertionError";
    const message = crash === undefined ? told(thrown.error) : `nobody catches ${told(thrown.error)}`;
    findings.push({ kind: isAssertion ? "assertion" : "exception", message });
  }
  for (const { reason, isHandled } of rejections) {
    findings.push(
      isHandled
        ? {
          kind: "late-rejection",
          message: `${told(reason)} is handled only in a later step: a process would have ended`,
        }
        : { kind: "unhandled-rejection", message: `nobody handles ${told(reason)}` },
    );
  }
  if (state === "runs" && thrown === undefined && broken === undefined) {
    findings.push({ kind: "hang", message: "the scenario still waits, but nothing is pending" });
  }
  if (state === "returned" && findings.length === 0) {
    const left = [
      ...outside.pending.filter(({ isHeld }) => isHeld).map(({ label, stack }) => {
        const [place] = placesIn(stack);
        return place === undefined ? label : `${label} (${textOfPlace(place)})`;
      }),
      ...outside.leftovers.flatMap((leftover) => leftover()),
    ];
    if (left.length > 0) findings.push({ kind: "leak", message: `it returns and leaves behind: ${left.join(", ")}` });
  }
  return findings;
}

/** An error as text for people, with the place where it was created. */
function errorText(error: unknown, placesIn: Ended["placesIn"]): string {
  const { message } = errorParts(error);
  const head = message === undefined ? thrownText(error) : `${nameOf(error)}: ${message}`;
  return head + placeText(error, placesIn);
}

function placeText(error: unknown, placesIn: Ended["placesIn"]): string {
  const [place] = placesIn(errorParts(error).stack);
  return place === undefined ? "" : ` (${textOfPlace(place)})`;
}

/** A place as text for people, such as `cache.ts:12`. */
export function textOfPlace({ source, line }: SourcePlace): string {
  return `${fileName(source)}:${line}`;
}

/** A place as text for traces. */
export function urlOfPlace({ source, line, column }: SourcePlace): string {
  return `${source}:${line}:${column}`;
}

function nameOf(error: unknown): string {
  return errorParts(error).name ?? "Error";
}

interface ErrorParts {
  readonly name?: string;
  readonly message?: string;
  readonly stack?: string;
}

/** The parts of an error of any realm. */
function errorParts(error: unknown): ErrorParts {
  if (typeof error !== "object" || error === null) return {};
  const text = (key: string) => {
    const value = safely(() => Reflect.get(error, key) as unknown);
    return typeof value === "string" ? { [key]: value } : {};
  };
  return { ...text("name"), ...text("message"), ...text("stack") };
}

/** Copies a value of a realm into this one; a value that cannot be cloned becomes a string. */
function plainData(value: unknown): unknown {
  if (typeof value === "function" || typeof value === "symbol") return String(value);
  if (typeof value !== "object" || value === null) return value;
  return safely(() => structuredClone(value)) ?? textOf(value);
}

/** Text for a thrown value that is not an error; an object without a text of its own is inspected. */
function thrownText(value: unknown): string {
  const text = textOf(value);
  if (text !== "[object Object]") return text;
  return safely(() => platform.inspect(value, { breakLength: 120, depth: 2 })) ?? text;
}

/** Any value as text. */
function textOf(value: unknown): string {
  return safely(() => String(value)) ?? "[object Object]";
}

/** Calls code under test; undefined if it throws. */
function safely<T>(say: () => T): T | undefined {
  try {
    return say();
  } catch {
    return undefined;
  }
}
