/**
 * The system of the README's page on delegation, as the file that the page says it is.
 *
 * @module
 */

import { defineSystem, scalar } from "../../mod.ts";

/** Heats below 19 degrees, rests above 21, and goes on with what it does between them. */
export const thermostat = defineSystem({
  name: "thermostat",
  inputs: { temperature: scalar() },
  state: { heat: scalar(0) },
  outputs: { heat: { type: scalar(), feedthrough: [], value: ({ state }) => state.heat } },
  update: {
    period: 1,
    run: ({ input, state, next }) => {
      next.heat = input.temperature < 19 ? 1 : input.temperature > 21 ? 0 : state.heat;
    },
  },
});
