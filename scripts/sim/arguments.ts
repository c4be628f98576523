/**
 * Arguments read into flags, strictly: an argument that nobody understands is an error, and so is a flag given twice.
 *
 * - A flag is `--name value` or `--name=value`, a switch is `--name`; a value may begin with one dash, not with two.
 * - A mistake is a {@linkcode UsageError}: one sentence that names the flag and says what it takes.
 *
 * @module
 */

/** Arguments that make no sense: one sentence, exit code 2. */
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
}

/** Reads the arguments into values by flag; a switch that is there has the value "". */
export function readArguments(args: readonly string[], grammar: Grammar): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const names = [...Object.keys(grammar.flags), ...grammar.switches].join(", ");
  for (let index = 0; index < args.length; index++) {
    const argument = args[index] ?? "";
    const [, name = argument, given] = /^(--[^=]+)=(.*)$/s.exec(argument) ?? [];
    const wanted = Object.hasOwn(grammar.flags, name) ? grammar.flags[name] : undefined;
    if (wanted === undefined && !grammar.switches.includes(name)) {
      const is = name.startsWith("-") ? "there is no such flag" : "it is no flag";
      throw new UsageError(`Cannot use ${quoted(name)}: ${is}, one of ${names} is wanted`);
    }
    if (found.has(name)) {
      throw new UsageError(`Cannot use ${name} twice: it is there already, ${wanted ?? name} is wanted once`);
    }
    if (wanted === undefined) {
      if (given !== undefined) {
        throw new UsageError(`Cannot use ${name} with ${quoted(given)}: it takes no value, ${name} alone is wanted`);
      }
      found.set(name, "");
      continue;
    }
    const next = args[index + 1];
    if (given === undefined && (next === undefined || next.startsWith("--"))) {
      throw new UsageError(`Cannot use ${name}: it has no value, ${wanted} is wanted`);
    }
    found.set(name, given ?? next ?? "");
    if (given === undefined) index++;
  }
  return found;
}

/** A value as an error shows it: in quotes where it would not be read as one word. */
export function quoted(text: string): string {
  return /^[\w.,:/+-]+$/.test(text) ? text : JSON.stringify(text);
}
