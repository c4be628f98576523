/**
 * What the world lacks: refused by name when it is called, never when it is read, so that code may ask whether it is there.
 * Inside the realm.
 */

/** What there is for most of what the world lacks. */
const STANDS_FOR_IT = 'an io that stands for it, as in io("query", () => rows),';

/** What a run does that the world lacks. */
export class NotInWorldError extends Error {
  override readonly name: string = "NotInWorldError";

  /** Whether it is in the world of scenarios that are drained by turns. */
  readonly inTurns: boolean;

  /** Whether it makes code of a text, which a realm of one run alone can. */
  readonly ofText: boolean;

  /** The module that would have to be at hand. */
  readonly module: string | undefined;

  constructor(
    what: string,
    { inTurns = false, ofText = false, module, is = "it is not in the world", instead = STANDS_FOR_IT }: {
      readonly inTurns?: boolean;
      readonly ofText?: boolean;
      readonly module?: string;
      readonly is?: string;
      readonly instead?: string;
    } = {},
  ) {
    super(`Cannot use ${what} in a scenario: ${is}, ${instead} is wanted`);
    this.inTurns = inTurns;
    this.ofText = ofText;
    this.module = module;
  }
}

/** What there is for code that blocks, or shares memory. */
export const BLOCKING = "shareIn's views, or a program of Holdfast's primitives, which explore takes as well,";

/** Who hears of what is refused, even where the code that called it catches it. */
export const refusals: { tell: (error: NotInWorldError) => void } = { tell: () => {} };

/** A function, or a class, that is refused when it is called. */
export function refuse(
  what: string,
  { holds = [], ...options }: {
    readonly inTurns?: boolean;
    readonly ofText?: boolean;
    readonly is?: string;
    readonly instead?: string;
    /** The names of functions that it holds. */
    readonly holds?: readonly string[];
  } = {},
): () => never {
  const refused = function (): never {
    const error = new NotInWorldError(what, options);
    refusals.tell(error);
    throw error;
  };
  Object.defineProperty(refused, "name", { value: what.slice(what.lastIndexOf(".") + 1) });
  for (const name of holds) Object.defineProperty(refused, name, { value: refuse(`${what}.${name}`, options) });
  return refused;
}

/** Refuses a dynamic import of what is not bundled. */
export function refuseImport(specifier: string): never {
  const instead = 'a literal specifier, as in import("npm:zod"),';
  return refuse(`import of ${specifier}`, { is: "it is not bundled", instead })();
}
