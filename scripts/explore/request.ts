/**
 * The request to `deno task explore` or `deno task replay`: a program, its variant and flags, and the flags of the
 * command.
 */

import { programs } from "../../lib/programs/mod.ts";
import { type AnyProgram, isProgram, type RunnableProgram } from "../../mod.ts";
import { exploredParameters } from "../../lib/program/mod.ts";
import { UsageError } from "../command/arguments.ts";
import {
  type CommandGrammar,
  type Given as GivenProgram,
  readProgram,
  type Subject as Setting,
} from "../run/subject.ts";

/** A program with its settings. */
export interface Subject extends Setting<AnyProgram> {
  /** The flags for a command that repeats these settings. */
  readonly flags: readonly string[];
}

/** What was given. */
export interface Given extends Omit<GivenProgram<AnyProgram>, "own"> {
  /** The programs, in order. */
  readonly subjects: readonly Subject[];
}

/**
 * Reads the arguments; returns a text if help is asked for.
 *
 * @throws {UsageError} for wrong arguments.
 */
export async function readCommand(args: readonly string[], grammar: CommandGrammar): Promise<Given | string> {
  const all = programs.filter(isProgram).map(small);
  const given = await readProgram(args, { ...grammar, all, admit: (program) => admit(program, grammar) });
  if (typeof given === "string") return given;
  const { flags, own } = given;
  const again = ["--variant", "--seed", "--steps"].flatMap((flag) => {
    const value = flags.get(flag);
    return value === undefined ? [] : [flag, value];
  });
  const subjects = given.subjects.map((subject): Subject => {
    return { ...subject, flags: given.all ? ["--variant", subject.variant] : [...again, ...own] };
  });
  return { ...given, subjects };
}

/** Admits programs of shared memory, with the defaults for exploring. */
function admit(program: RunnableProgram, { command }: CommandGrammar): AnyProgram {
  if (isProgram(program)) return small(program);
  throw new UsageError(
    `Cannot ${command} ${program.name}: its main runs on the host, and the explorer runs programs of shared memory, ` +
      `one of those or \`deno task run\` is wanted`,
  );
}

/** A program with the defaults for exploring. */
function small(program: AnyProgram): AnyProgram {
  return { ...program, parameters: exploredParameters(program.parameters) };
}
