/**
 * The house of the README: a room, and a thermostat that runs in a guest, which loads this same file.
 */

import { delegate, DiagramBuilder, integrator, loadSystem, type System } from "../holdfast.ts";

export { thermostat } from "../../../tests/guests/thermostat.ts";

/** The diagram, with its thermostat in a mode; `module` is the URL of this file. */
export default async function house({ mode, module }: { mode: string; module: string }): Promise<System> {
  const builder = new DiagramBuilder("house");
  const room = builder.add("room", integrator({ period: 1, initial: 18 }));
  const thermostat = await loadSystem({ module, export: "thermostat" });
  const control = builder.add("control", delegate(thermostat, { mode, period: 1 }));
  builder.connect(room.output("y"), control.input("temperature"));
  builder.connect(control.output("heat"), room.input("u"));
  builder.exportOutput("temperature", room.output("y"));
  builder.exportOutput("heat", control.output("heat"));
  return builder.build();
}
