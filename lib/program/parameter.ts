/**
 * Parameters of programs: their possible values, and what is wrong with an invalid one.
 *
 * - The kind of a parameter follows from its default and its other properties: a range, choices, or `text`.
 */

/** A parameter of a program: a number in a range, one of several words, a text, or a switch. */
export type Parameter =
  | {
    /** The default value. */
    readonly default: number;
    /** The smallest value; 0 by default. */
    readonly min?: number;
    /** The largest value; the largest safe integer by default. */
    readonly max?: number;
    /** Whether it may be a fraction; false by default. */
    readonly fraction?: boolean;
    /** The default when `deno task explore` runs all orders, the number of which grows with it; `default` if absent. */
    readonly explored?: number;
    /** Its meaning, with the unit. */
    readonly description: string;
  }
  | {
    /** The default value. */
    readonly default: string;
    /** The possible values. */
    readonly choices: readonly string[];
    /** Its meaning. */
    readonly description: string;
  }
  | {
    /** The default value. */
    readonly default: string;
    /** Marks a parameter that can be any text without NUL characters, such as a path. */
    readonly text: true;
    /** Its meaning. */
    readonly description: string;
  }
  | {
    /** The default value. */
    readonly default: boolean;
    /** Its meaning. */
    readonly description: string;
  };

/** The parameters of a program, by names in camel case. */
export type ParameterTable = Readonly<Record<string, Parameter>>;

/** The values of parameters. */
export type ParameterValues<P extends ParameterTable> = {
  readonly [K in keyof P]: P[K]["default"] extends number ? number : P[K]["default"] extends string ? string : boolean;
};

/** The parameters, with the defaults for exploring. */
export function exploredParameters(table: ParameterTable): ParameterTable {
  const entries = Object.entries(table).map(([name, parameter]): [string, Parameter] => {
    if (!("explored" in parameter) || parameter.explored === undefined) return [name, parameter];
    return [name, { ...parameter, default: parameter.explored }];
  });
  return Object.fromEntries(entries);
}

/** The requirement that a parameter's value does not meet, if any. */
export function faultOf(parameter: Parameter, value: unknown): string | undefined {
  if ("choices" in parameter) {
    const fits = typeof value === "string" && parameter.choices.includes(value);
    return fits ? undefined : `one of ${parameter.choices.join(", ")}`;
  }
  if ("text" in parameter) {
    return typeof value === "string" && !value.includes("\0") ? undefined : "a text without the character NUL";
  }
  if (typeof parameter.default === "boolean") return typeof value === "boolean" ? undefined : "true or false";
  const { min = 0, max = Number.MAX_SAFE_INTEGER, fraction = false } = parameter;
  const isNumber = typeof value === "number" && (fraction ? Number.isFinite(value) : Number.isSafeInteger(value));
  if (isNumber && value >= min && value <= max) return undefined;
  // The largest safe integer is named only if the value exceeds it.
  const isOpen = max === Number.MAX_SAFE_INTEGER;
  const isPassed = typeof value === "number" && value > max;
  const range = !isOpen ? `from ${min} to ${max}` : isPassed ? `from ${min} to 2^53 - 1` : `of at least ${min}`;
  return `a ${fraction ? "" : "whole "}number ${range}`;
}
