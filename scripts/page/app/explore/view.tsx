/**
 * Explore: the order in which a program or a scenario fails, or that there is none.
 */

import type { JSX } from "preact";
import { strategies } from "../../../../lib/explorer/strategies/names.ts";
import { Button } from "../parts/button.tsx";
import { Message } from "../parts/message.tsx";
import { Panel } from "../parts/panel.tsx";
import { ProgramChoice } from "../parts/program_choice.tsx";
import { go, link, program } from "../state.ts";
import { ScenarioChoice } from "../scenario/choice.tsx";
import { Scenario } from "../scenario/scenario.tsx";
import { useSearch } from "./search.ts";
import { Settings } from "./settings.tsx";
import { useShown } from "./shown.ts";
import { Steps } from "./steps.tsx";
import { TriedPanel } from "./tried.tsx";
import { Twins } from "./twins.tsx";
import { findOutcome, Verdict } from "./verdict.tsx";

/** The view. */
export default function ExploreView(): JSX.Element {
  return link.value.scenario === undefined ? <Program /> : <Scenario key={link.value.scenario} />;
}

function Program(): JSX.Element {
  const search = useSearch();
  const shown = useShown();
  const { value: now } = search.work;
  const run = shown.run.value;
  const explored = now.state === "done" ? now.value : undefined;
  return (
    <>
      <Panel title="Explore all orders">
        <ScenarioChoice />
        <ProgramChoice among={({ explorable }) => explorable} />
        <Settings search={search} strategies={strategies} disabled={!program.value.explorable} />
      </Panel>
      {!program.value.explorable && (
        <Message kind="note" title="This program cannot be explored">
          Its main runs on the host, and the explorer runs programs whose tasks share memory. The view Run shows it.
        </Message>
      )}
      {now.state === "failed" && <Message kind="error" title="Exploring failed">{now.error.message}</Message>}
      {shown.fault.value !== undefined && (
        <Message kind="error" title="This schedule cannot be shown">
          <p>{shown.fault.value}</p>
          <Button onClick={() => go({ schedule: undefined, step: undefined })}>Explore instead</Button>
        </Message>
      )}
      <div class="explore">
        {run !== undefined && <Steps run={run} shown={shown} />}
        <div class="beside">
          {explored !== undefined && <Verdict explored={explored} unit="preemption" find={findOutcome} />}
          {program.value.explorable && <Twins />}
        </div>
      </div>
      {explored !== undefined && explored.tried.roots.length > 0 && (
        <TriedPanel tried={explored.tried} tasks={explored.tasks} />
      )}
    </>
  );
}
