/**
 * Reads arguments into flags, strictly: an unknown argument is an error, and so is a flag given twice.
 *
 * - A flag is `--name value` or `--name=value`, a switch is `--name`; a value may begin with one dash, not with two.
 * - A mistake throws a {@linkcode UsageError}: one sentence that names the flag and says what it takes.
 */

import { parseArgs } from "@std/cli";

/** Thrown for wrong arguments: one sentence, exit code 2. */
export class UsageError extends Error {
  /** The class name. */
  override readonly name = "UsageError";
}

/** What a command takes. */
export interface Grammar {
  /** What each flag with a value takes, by its name with the dashes. */
  readonly flags: Readonly<Record<string, string>>;
  /** The names of the flags without a value. */
  readonly switches: readonly string[];
  /** The flags that may be given more than once; their values are joined with commas. */
  readonly lists?: readonly string[];
  /** What has these flags, where others have more. */
  readonly of?: string;
}

/** Reads the arguments into values by flag; a switch has the value "". */
export function readArguments(args: readonly string[], grammar: Grammar): ReadonlyMap<string, string> {
  const names = [...Object.keys(grammar.flags), ...grammar.switches];
  const refuse = (name: string): never => {
    const none = grammar.of === undefined ? "there is no such flag" : `${grammar.of} has no such flag`;
    const is = name.startsWith("-") ? none : "it is not a flag";
    throw new UsageError(`Cannot use ${quoted(name)}: ${is}, one of ${names.join(", ")} is wanted`);
  };
  if (args.includes("--")) refuse("--");
  const keys = names.map((name) => name.slice(2));
  const joined = joinValues(args, grammar);
  // Every occurrence is read, as a string, so that nothing is dropped silently.
  const parsed: Readonly<Record<string, unknown>> = parseArgs(joined, {
    string: keys,
    collect: keys,
    unknown: (argument, key) => refuse(key === undefined ? argument : argument.split("=", 1)[0] ?? argument),
  });
  const found = new Map<string, string>();
  for (const name of names) {
    const [value, ...more] = parsed[name.slice(2)] as string[];
    const wanted = Object.hasOwn(grammar.flags, name) ? grammar.flags[name] : undefined;
    if (value === undefined) continue;
    if (more.length > 0 && !grammar.lists?.includes(name)) {
      throw new UsageError(`Cannot use ${name} twice: it is there already, ${wanted ?? name} is wanted once`);
    }
    if (wanted === undefined && value !== "") {
      throw new UsageError(`Cannot use ${name} with ${quoted(value)}: it takes no value, ${name} alone is wanted`);
    }
    // An empty text is a value; a missing value is a mistake.
    if (wanted !== undefined && joined.includes(name)) {
      throw new UsageError(`Cannot use ${name}: its value is missing, ${wanted} is wanted`);
    }
    found.set(name, [value, ...more].join());
  }
  return found;
}

/** Makes a reader of flags, which parses the text of a flag or returns the fallback if the flag was not given. */
export function flagReader<F extends string>(
  flags: ReadonlyMap<string, string>,
  takes: Readonly<Record<F, string>>,
): <T>(flag: F, fallback: T, parse: (text: string) => T | undefined) => T {
  return (flag, fallback, parse) => {
    const text = flags.get(flag);
    if (text === undefined) return fallback;
    const value = parse(text);
    if (value !== undefined) return value;
    throw new UsageError(`Cannot use ${flag} ${quoted(text)}: ${takes[flag]} is wanted`);
  };
}

/**
 * Joins each flag and its value, since a separate value that is empty or begins with a dash would not be read as one.
 */
function joinValues(args: readonly string[], { flags }: Grammar): string[] {
  const joined: string[] = [];
  for (const argument of args) {
    const before = joined.at(-1) ?? "";
    if (Object.hasOwn(flags, before) && !argument.startsWith("--")) joined[joined.length - 1] = `${before}=${argument}`;
    else joined.push(argument);
  }
  return joined;
}

/** A value as an error shows it: quoted unless it reads as one word. */
export function quoted(text: string): string {
  return /^[\w.,:/\\+-][\w.,:/\\+#-]*$/.test(text) ? text : JSON.stringify(text);
}
