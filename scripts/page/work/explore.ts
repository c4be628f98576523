/**
 * Explores a program for the page.
 */

import { explore as exploreProgram, type ExploreResult, isProgram } from "../holdfast.ts";
import type { Handler } from "./kinds.ts";
import { programNamed } from "./programs.ts";

/** An exploration, as the app asks for it. */
export interface ExploreKind {
  readonly request: {
    readonly program: string;
    readonly variant: string;
    readonly parameters: Readonly<Record<string, unknown>>;
    readonly seed: number;
    readonly budget: number;
  };
  readonly update: never;
  readonly answer: ExploreResult;
}

/** Explores it. */
export const explore: Handler<ExploreKind> = ({ program: name, ...options }) => {
  const program = programNamed(name);
  if (isProgram(program)) return exploreProgram(program, options);
  throw new TypeError(
    `Cannot explore ${name}: its main runs on the host, a program whose tasks share memory is wanted`,
  );
};
