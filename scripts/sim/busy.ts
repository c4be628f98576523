/**
 * The diagram of busy systems, each delegated, with the clock as input.
 */

import { type busy, clock, printer } from "../../lib/blocks/mod.ts";
import { delegate, DiagramBuilder, type System } from "../../lib/diagram/mod.ts";
import { loadSystem } from "../../lib/host/mod.ts";
import type { Case } from "./case.ts";

/** The options of the diagram: part of a case, and the amount of work of a CPU burn. */
export interface Busy extends Pick<Case, "systems" | "period" | "deterministic" | "burn"> {
  /** The mode in which they run; for a drawing, the names of several modes. */
  readonly mode: string;
  readonly work: number;
  /** Receives rows of the first system, if they are wanted. */
  readonly print?: ((line: string) => void) | undefined;
}

/** The diagram of some busy systems; its outputs are y0, y1, ... */
export async function busyDiagram(options: Busy): Promise<System> {
  const { systems, period, deterministic, burn, work, mode, print } = options;
  const argument = { period, burn, work };
  const inner = await loadSystem({ module: "holdfast:blocks", export: "busy", argument }) as ReturnType<typeof busy>;
  const builder = new DiagramBuilder("experiment");
  const time = builder.add("time", clock());
  for (let index = 0; index < systems; index++) {
    const part = builder.add(`busy${index}`, delegate(inner, { mode, period, deterministic }));
    builder.connect(time.output("t"), part.input("u"));
    builder.exportOutput(`y${index}`, part.output("y"));
    if (index > 0 || print === undefined) continue;
    const printing = builder.add("print", printer({ period, print }));
    builder.connect(part.output("y"), printing.input("y"));
  }
  return builder.build();
}
