/**
 * The values of a part at an instant, on this side or on a far side: `Simulator.inspect` returns them.
 *
 * - The values of a far part are those after the newest posted request, even if the near side shows them only later; so
 *   they are the same in every mode.
 * - All values are copies.
 */

import { type Context, directory, type System } from "../diagram/mod.ts";
import { DiagramError } from "../errors.ts";

/** Values by name. */
export type NamedValues = Readonly<Record<string, unknown>>;

/** The values of a part at an instant. */
export interface PartValues {
  /** The simulated time of the values in seconds; on a far side, the time of its last request. */
  readonly t: number;
  /** The state variables of a leaf. The records of a log sink are its state `log`. */
  readonly state: NamedValues;
  /** The outputs. */
  readonly output: NamedValues;
  /** The parameters of a leaf. */
  readonly parameter: NamedValues;
}

/** The longest list of candidates that an error gives. */
const MOST_NAMES = 20;

/**
 * Checks that there is a part at a path, also inside delegated systems; "" is the system itself.
 *
 * @throws {DiagramError} if there is none.
 */
export function checkPath(system: System, path: string): void {
  const paths: string[] = [];
  for (const known of pathsIn(system, "")) {
    if (known === path) return;
    if (known !== "") paths.push(known);
  }
  const listed = paths.slice(0, MOST_NAMES).join(", ") +
    (paths.length > MOST_NAMES ? `, ... ${paths.length} in all` : "");
  throw new DiagramError(`Cannot inspect part ${path}: there is none, one of (${listed}) is wanted`);
}

function* pathsIn(system: System, prefix: string): Generator<string> {
  yield prefix;
  if (system.kind === "diagram") {
    for (const [at, part] of directory(system)) yield* pathsIn(part, prefix === "" ? at : `${prefix}.${at}`);
    return;
  }
  if (prefix === "") yield* pathsIn(system, system.name);
  else if (system.kind === "delegated" && system.inner.kind === "diagram") {
    for (const [at, part] of directory(system.inner)) yield* pathsIn(part, `${prefix}.${at}`);
  }
}

/** The values of the part at a path on this side; "" is the diagram itself. */
export function valuesOf(
  system: System,
  { path, context }: { readonly path: string; readonly context: Context },
): PartValues {
  const part = path === "" ? system : directory(system).get(path);
  const values = (names: object | undefined, read: (name: string) => unknown) =>
    structuredClone(Object.fromEntries(Object.keys(names ?? {}).map((name) => [name, read(name)])));
  const leaf = part?.kind === "leaf" ? part : undefined;
  return {
    t: context.t,
    state: values(leaf?.state, (name) => context.state(name, path)),
    output: values(part?.outputs, (port) => path === "" ? context.output(port) : context.output(port, path)),
    parameter: values(leaf?.parameters, (name) => context.parameter(name, path)),
  };
}
