/**
 * The choice of a scenario, and of its twin that is right; both stand in the link.
 */

import type { JSX } from "preact";
import { type ScenarioName, scenarioNames } from "../../scenario_names.ts";
import { Select } from "../parts/fields.tsx";
import { Toolbar } from "../parts/panel.tsx";
import { go, link } from "../state.ts";

const NONE = "none";
const VARIANTS = ["plain", "fixed"] as const;

/** The choice. */
export function ScenarioChoice(): JSX.Element {
  const { scenario = NONE, fixed } = link.value;
  const choose = (chosen: ScenarioName | typeof NONE): void => {
    const other = chosen === NONE ? undefined : chosen;
    go({ scenario: other, fixed: undefined, strategy: undefined, schedule: undefined, step: undefined });
  };
  return (
    <Toolbar label="Scenario">
      <Select
        label="Scenario"
        about="Ordinary async code, in all orders of outside events"
        value={scenario}
        options={[NONE, ...scenarioNames]}
        name={(name) => name === NONE ? "none, a program" : name.replaceAll("_", " ")}
        onChange={choose}
      />
      {scenario !== NONE && (
        <Select
          label="Variant"
          value={fixed === undefined ? "plain" : "fixed"}
          options={VARIANTS}
          name={(one) => one === "plain" ? "plain (has a bug)" : one}
          onChange={(one) => go({ fixed: one === "fixed" ? "yes" : undefined, schedule: undefined, step: undefined })}
        />
      )}
    </Toolbar>
  );
}
