/**
 * Parameters of programs: what each can be, and what is wrong with a value.
 *
 * - The kind follows from the default and from what stands beside it: a range, choices, or that it is a text.
 */

/** A parameter of a program: a number with a range, one of several words, a text, or a switch. */
export type Parameter =
  | {
    /** The value where none is given. */
    readonly default: number;
    /** The least value; 0 by default. */
    readonly min?: number;
    /** The greatest value; the greatest safe integer by default. */
    readonly max?: number;
    /** Whether it need not be whole. */
    readonly fraction?: boolean;
    /** The value where `deno task explore` runs all orders, whose number grows with it; the default by default. */
    readonly explored?: number;
    /** What it means, with the unit. */
    readonly description: string;
  }
  | {
    /** The value where none is given. */
    readonly default: string;
    /** What it can be. */
    readonly choices: readonly string[];
    /** What it means. */
    readonly description: string;
  }
  | {
    /** The value where none is given. */
    readonly default: string;
    /** That it is any text without the character NUL, such as a path. */
    readonly text: true;
    /** What it means. */
    readonly description: string;
  }
  | {
    /** The value where none is given. */
    readonly default: boolean;
    /** What it means. */
    readonly description: string;
  };

/** The parameters of a program, by name in camel case. */
export type ParameterTable = Readonly<Record<string, Parameter>>;

/** The values of parameters. */
export type ParameterValues<P extends ParameterTable> = {
  readonly [K in keyof P]: P[K]["default"] extends number ? number : P[K]["default"] extends string ? string : boolean;
};

/** The parameters with the defaults that exploring has. */
export function exploredParameters(table: ParameterTable): ParameterTable {
  const entries = Object.entries(table).map(([name, parameter]): [string, Parameter] => {
    if (!("explored" in parameter) || parameter.explored === undefined) return [name, parameter];
    return [name, { ...parameter, default: parameter.explored }];
  });
  return Object.fromEntries(entries);
}

/** What is wanted of a parameter instead of a value, if that is wrong. */
export function faultOf(parameter: Parameter, value: unknown): string | undefined {
  if ("choices" in parameter) {
    const fits = typeof value === "string" && parameter.choices.includes(value);
    return fits ? undefined : `one of ${parameter.choices.join(", ")}`;
  }
  if ("text" in parameter) {
    return typeof value === "string" && !value.includes("\0") ? undefined : "a text without the character NUL";
  }
  if (typeof parameter.default === "boolean") return typeof value === "boolean" ? undefined : "true or false";
  const { min = 0, max = Number.MAX_SAFE_INTEGER, fraction = false } = parameter as Extract<
    Parameter,
    { default: number }
  >;
  const isNumber = typeof value === "number" && (fraction ? Number.isFinite(value) : Number.isSafeInteger(value));
  if (isNumber && value >= min && value <= max) return undefined;
  // The greatest safe integer is named only where it is passed.
  const isOpen = max === Number.MAX_SAFE_INTEGER;
  const isPassed = typeof value === "number" && value > max;
  const range = !isOpen ? `from ${min} to ${max}` : isPassed ? `from ${min} to 2^53 - 1` : `of at least ${min}`;
  return `a ${fraction ? "" : "whole "}number ${range}`;
}
