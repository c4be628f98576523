/**
 * Random systems to be drawn: nested and delegated diagrams with loops, whose systems and ports have names of any kind.
 *
 * @module
 */

import fc from "fast-check";
import {
  defineSystem,
  delegate,
  DiagramBuilder,
  type OutputHandle,
  scalar,
  type System,
} from "../../lib/diagram/mod.ts";
import { hostileNames } from "./names.ts";

/** A system as data. */
interface Plan {
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly isDelegated: boolean;
  /** The parts of a diagram. */
  readonly parts: readonly Plan[];
  /** Decides what each input is connected to. */
  readonly picks: readonly number[];
}

const ports = (least: number) => fc.uniqueArray(hostileNames(), { minLength: least, maxLength: 3 });

const { plan } = fc.letrec<{ plan: Plan }>((tie) => ({
  plan: fc.record({
    name: hostileNames(),
    inputs: ports(0),
    outputs: ports(1),
    isDelegated: fc.boolean(),
    parts: fc.oneof({ maxDepth: 2, withCrossShrink: true }, fc.constant([]), fc.array(tie("plan"), { maxLength: 5 })),
    picks: fc.array(fc.nat(50), { minLength: 6, maxLength: 6 }),
  }),
}));

/** Systems to be drawn. */
export function drawnSystems(): fc.Arbitrary<System> {
  return plan.map(built);
}

function built({ name, inputs, outputs, isDelegated, parts, picks }: Plan): System {
  const types = Object.fromEntries(inputs.map((input) => [input, scalar()]));
  const system = parts.length > 0 ? diagram({ name, parts, picks }) : defineSystem({
    name,
    inputs: types,
    // Nothing is read at once, so that any loop may be.
    outputs: Object.fromEntries(outputs.map((output) => [output, { type: scalar(), feedthrough: [], value: () => 0 }])),
  });
  return isDelegated ? delegate(system, { mode: "direct", period: 0.1 }) : system;
}

function diagram({ name, parts, picks }: Pick<Plan, "name" | "parts" | "picks">): System {
  const builder = new DiagramBuilder(name);
  const added = parts.map((plan, index) => {
    const partName = plan.name.replaceAll(/[.\s]/g, "") + index;
    return { part: builder.add(partName, built(plan)), system: plan };
  });
  const systems = added.map(({ part }) => part);
  const outputs: OutputHandle[] = systems.flatMap((part) =>
    Object.keys(part.system.outputs).map((port) => part.output(port))
  );
  let pick = 0;
  for (const part of systems) {
    for (const input of Object.keys(part.system.inputs)) {
      const from = outputs[(picks[pick++ % picks.length] ?? 0) % (outputs.length + 1)];
      if (from === undefined) builder.exportInput(`${input}'`, part.input(input));
      else builder.connect(from, part.input(input));
    }
  }
  outputs.slice(0, 3).forEach((output, index) => builder.exportOutput(`${output.port} ${index}`, output));
  return builder.build();
}
