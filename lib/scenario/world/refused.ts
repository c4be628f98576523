/**
 * Refuses what the world lacks, by name, when it is called but not when it is read, so that code may check for it.
 * Inside the realm.
 */

/** The usual replacement for what the world lacks. */
const STANDS_FOR_IT = 'an io that stands for it, as in io("query", () => rows),';

/** Thrown if a run uses something the world lacks. */
export class NotInWorldError extends Error {
  override readonly name: string = "NotInWorldError";

  /** Whether the world of scenarios drained by turns has it. */
  readonly inTurns: boolean;

  /** Whether it creates code from a string, which only a realm with a single run allows. */
  readonly ofText: boolean;

  /** The module that would have to be available. */
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

/** The replacement for code that blocks or shares memory. */
export const BLOCKING = "shareIn's views, or a program of Holdfast's primitives, which explore takes as well,";

/** Receives each refusal, even if the calling code catches the error. */
export const refusals: { tell: (error: NotInWorldError) => void } = { tell: () => {} };

/** Creates a function or class that throws when it is called. */
export function refuse(
  what: string,
  { holds = [], ...options }: {
    readonly inTurns?: boolean;
    readonly ofText?: boolean;
    readonly is?: string;
    readonly instead?: string;
    /** The names of its own function properties. */
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

/** Throws for a dynamic import of a module that is not bundled. */
export function refuseImport(specifier: string): never {
  const instead = 'a literal specifier, as in import("npm:zod"),';
  return refuse(`import of ${specifier}`, { is: "it is not bundled", instead })();
}
