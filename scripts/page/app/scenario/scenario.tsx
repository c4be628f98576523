/**
 * Explore, of a scenario: the order of completions in which ordinary async code fails, or that there is none.
 */

import type { JSX } from "preact";
import { unreduced } from "../../../../lib/explorer/strategies/names.ts";
import { Settings } from "../explore/settings.tsx";
import { useStep } from "../explore/stepper.tsx";
import { Verdict } from "../explore/verdict.tsx";
import { Button } from "../parts/button.tsx";
import { Message } from "../parts/message.tsx";
import { Panel } from "../parts/panel.tsx";
import { go } from "../state.ts";
import { ScenarioChoice } from "./choice.tsx";
import { RunSteps } from "./run.tsx";
import { exploreNow, useScenario } from "./search.ts";
import { claimIn, Source, useSource } from "./source.tsx";
import { Twin } from "./twin.tsx";

/** The scenario. */
export function Scenario(): JSX.Element {
  const search = useScenario();
  const text = useSource();
  const { value: now } = search.work;
  const { value: run } = search.run;
  const { step, goTo } = useStep(run?.rows.length ?? 0);
  return (
    <>
      <Panel title="Explore all orders">
        <ScenarioChoice />
        <p class="claim">{text === undefined ? "" : claimIn(text)}</p>
        <Settings search={search} strategies={unreduced} />
      </Panel>
      {now.state === "failed" && <Message kind="error" title="Exploring failed">{now.error.message}</Message>}
      {search.fault.value !== undefined && (
        <Message kind="error" title="This schedule cannot be shown">
          <p>{search.fault.value}</p>
          <Button onClick={() => go({ schedule: undefined, step: undefined })}>Explore instead</Button>
        </Message>
      )}
      <div class="explore">
        {run !== undefined && <RunSteps run={run} step={step} goTo={goTo} />}
        <div class="beside">
          {now.state === "done" && <Verdict explored={now.value} unit="deviation" find={findOutcome} />}
          <Twin />
        </div>
      </div>
      {text !== undefined && <Source text={text} place={run?.rows[step - 1]?.source} />}
    </>
  );
}

/** Looks for a schedule of the scenario with an outcome. */
async function findOutcome(outcome: unknown): Promise<string | undefined> {
  return (await exploreNow({ keepGoing: false, find: { outcome } }, {})).run?.schedule;
}
