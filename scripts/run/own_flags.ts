/**
 * A program's parameters as flags: `queueSize` is `--queue-size N`, a switch is `--name`, or `--no-name` if it is on by
 * default.
 */

import { faultOf, type Parameter } from "../../lib/program/mod.ts";
import type { RunnableProgram } from "../../mod.ts";
import { quoted, UsageError } from "../command/arguments.ts";
import { decimal } from "../command/values.ts";

/** A flag for one parameter. */
export interface OwnFlag {
  /** The flag, with its dashes. */
  readonly flag: string;
  readonly name: string;
  readonly parameter: Parameter;
  /** The values that it takes, for errors; `undefined` for a switch. */
  readonly takes: string | undefined;
}

/**
 * The flags of a program.
 *
 * @throws {UsageError} if a flag has the name of another flag, or of a flag that every program has.
 */
export function ownFlags(program: RunnableProgram, taken: readonly string[]): readonly OwnFlag[] {
  const used = new Set(taken);
  return Object.entries(program.parameters).map(([name, parameter]) => {
    const isSwitch = typeof parameter.default === "boolean";
    const flag = `--${parameter.default === true ? "no-" : ""}${kebab(name)}`;
    if (used.has(flag)) {
      throw new UsageError(
        `Cannot run ${program.name}: its parameter ${name} has the flag ${flag}, which is taken, another name is wanted`,
      );
    }
    used.add(flag);
    return { flag, name, parameter, takes: isSwitch ? undefined : faultOf(parameter, undefined) };
  });
}

/**
 * The parameters given by flags.
 *
 * @throws {UsageError} if a value is wrong.
 */
export function readParameters(
  flags: readonly OwnFlag[],
  given: ReadonlyMap<string, string>,
): Readonly<Record<string, unknown>> {
  const values = flags.flatMap(({ flag, name, parameter }): [string, unknown][] => {
    const text = given.get(flag);
    if (text === undefined) return [];
    if (typeof parameter.default === "boolean") return [[name, !parameter.default]];
    const value = typeof parameter.default === "number" ? decimal(text) : text;
    const fault = faultOf(parameter, value);
    if (fault === undefined) return [[name, value]];
    throw new UsageError(`Cannot use ${flag} ${quoted(text)}: ${fault} is wanted`);
  });
  return Object.fromEntries(values);
}

/** The flags as lines of a help text. */
export function flagLines(flags: readonly OwnFlag[]): string[] {
  const heads = flags.map(({ flag, parameter, takes }) => {
    if (takes === undefined) return flag;
    return `${flag} ${"text" in parameter ? "TEXT" : typeof parameter.default === "number" ? "N" : "WORD"}`;
  });
  const width = Math.max(...heads.map((head) => head.length));
  return flags.map(({ parameter, takes }, index) => {
    const range = takes === undefined || "text" in parameter ? "" : `; ${takes}`;
    const initial = takes === undefined
      ? ""
      : ` [${"text" in parameter ? quoted(parameter.default) : parameter.default}]`;
    return `  ${(heads[index] ?? "").padEnd(width)}  ${parameter.description}${range}${initial}`;
  });
}

function kebab(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
