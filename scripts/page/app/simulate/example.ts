/**
 * What stands in the editor at first: two floors, each a room and a thermostat that runs elsewhere.
 */

/** The text. */
export const EXAMPLE =
  `import { constant, defineSystem, delegate, DiagramBuilder, loadSystem, scalar } from "@holdfast/holdfast";

/** Warms by what it is heated with, and cools towards the outside. */
export const room = defineSystem({
  name: "room",
  inputs: { heat: scalar(), outside: scalar() },
  state: { temperature: scalar(15) },
  outputs: { temperature: { type: scalar(), feedthrough: [], value: ({ state }) => state.temperature } },
  update: {
    period: 1,
    run({ input, state, next }) {
      next.temperature = state.temperature + input.heat - 0.05 * (state.temperature - input.outside);
    },
  },
});

/** Heats below 19 degrees, rests above 21. */
export const thermostat = defineSystem({
  name: "thermostat",
  inputs: { temperature: scalar() },
  state: { heat: scalar(0) },
  outputs: { heat: { type: scalar(), feedthrough: [], value: ({ state }) => state.heat } },
  update: {
    period: 1,
    run({ input, state, next }) {
      next.heat = input.temperature < 19 ? 1.5 : input.temperature > 21 ? 0 : state.heat;
    },
  },
});

export default async function house({ mode, module }: { mode: string; module: string }) {
  const control = await loadSystem({ module, export: "thermostat" });
  const floor = (period: number) => {
    const builder = new DiagramBuilder("floor");
    const place = builder.add("room", room);
    const controlled = builder.add("control", delegate(control, { mode, period }));
    builder.connect(place.output("temperature"), controlled.input("temperature"));
    builder.connect(controlled.output("heat"), place.input("heat"));
    builder.exportInput("outside", place.input("outside"));
    builder.exportOutput("temperature", place.output("temperature"));
    return builder.build();
  };
  const builder = new DiagramBuilder("house");
  const outside = builder.add("outside", constant({ value: 5 }));
  for (const [name, period] of [["ground", 1], ["attic", 4]] as const) {
    const part = builder.add(name, floor(period));
    builder.connect(outside.output("y"), part.input("outside"));
    builder.exportOutput(name, part.output("temperature"));
  }
  return builder.build();
}
`;
