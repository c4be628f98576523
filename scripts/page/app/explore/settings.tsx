/**
 * How something is explored: strategy, budget and seed, which stand in the link, and what starts and stops it.
 */

import type { JSX } from "preact";
import type { Strategy } from "../../../../lib/explorer/strategies/names.ts";
import { Button } from "../parts/button.tsx";
import { NumberField, Select, Switch } from "../parts/fields.tsx";
import { Toolbar } from "../parts/panel.tsx";
import type { Work } from "../parts/task.ts";
import { go, link } from "../state.ts";
import { BUDGET, type Search } from "./search.ts";

/** What the toolbar is told. */
interface SettingsProps {
  readonly search: Pick<Search, "schedules" | "start" | "end"> & { readonly work: { readonly value: Work<unknown> } };
  /** The strategies that there are. */
  readonly strategies: readonly Strategy[];
  readonly disabled?: boolean;
}

/** The toolbar. */
export function Settings(
  { search: { work, schedules, start, end }, strategies, disabled = false }: SettingsProps,
): JSX.Element {
  const { strategy = "portfolio", budget = BUDGET, seed = 0, all } = link.value;
  const isWorking = work.value.state === "working";
  return (
    <Toolbar label="Exploring">
      <Select
        label="Strategy"
        value={strategy}
        options={strategies}
        onChange={(strategy) => go({ strategy })}
      />
      <NumberField
        label="Budget"
        about="The most schedules to run"
        value={budget}
        min={1}
        max={1_000_000_000}
        onChange={(budget) => go({ budget })}
      />
      <NumberField
        label="Seed"
        about="Decides random numbers"
        value={seed}
        min={-Number.MAX_SAFE_INTEGER}
        max={Number.MAX_SAFE_INTEGER}
        onChange={(seed) => go({ seed })}
      />
      <Switch
        label="Continue after a bug"
        value={all !== undefined}
        onChange={(all) => go({ all: all ? "yes" : undefined })}
      />
      {isWorking ? <Button onClick={end}>Stop</Button> : (
        <Button kind="primary" disabled={disabled} onClick={start}>
          Explore
        </Button>
      )}
      <output class="progress" aria-live="polite">
        {isWorking ? `${schedules.value.toLocaleString("en")} schedules...` : ""}
      </output>
    </Toolbar>
  );
}
