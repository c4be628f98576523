/**
 * What the world lacks: refused by name when it is called, never when it is read, so that code may ask whether it is there.
 * Inside the realm.
 */

/** What a run does that the world lacks. */
export class NotInWorldError extends Error {
  override readonly name: string = "NotInWorldError";

  constructor(what: string) {
    super(`Cannot use ${what} in a scenario: it is not in the world, an io that stands for it is wanted`);
  }
}

/** Who hears of what is refused, even where the code that called it catches it. */
export const refusals: { tell: (error: NotInWorldError) => void } = { tell: () => {} };

/** A function, or a class, that is refused when it is called. */
export function refuse(what: string): () => never {
  const refused = function (): never {
    const error = new NotInWorldError(what);
    refusals.tell(error);
    throw error;
  };
  Object.defineProperty(refused, "name", { value: what.slice(what.lastIndexOf(".") + 1) });
  return refused;
}
