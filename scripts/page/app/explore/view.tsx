/**
 * Explore: the order in which a program fails, or that there is none.
 */

import type { JSX } from "preact";
import { strategies } from "../../../../lib/explorer/strategies/names.ts";
import { Button } from "../parts/button.tsx";
import { NumberField, Select, Switch } from "../parts/fields.tsx";
import { Message } from "../parts/message.tsx";
import { Panel, Toolbar } from "../parts/panel.tsx";
import { ProgramChoice } from "../parts/program_choice.tsx";
import { go, link, program } from "../state.ts";
import { BUDGET, type Search, useSearch } from "./search.ts";
import { useShown } from "./shown.ts";
import { Steps } from "./steps.tsx";
import { TriedPanel } from "./tried.tsx";
import { Twins } from "./twins.tsx";
import { Verdict } from "./verdict.tsx";

/** The view. */
export default function ExploreView(): JSX.Element {
  const search = useSearch();
  const shown = useShown();
  const { value: now } = search.work;
  const run = shown.run.value;
  const explored = now.state === "done" ? now.value : undefined;
  return (
    <>
      <Panel title="Explore all orders">
        <ProgramChoice among={({ explorable }) => explorable} />
        <Settings search={search} />
        <p class="muted">
          Scenarios, which are ordinary async code, are explored by the command line alone: a realm for them is made by
          node:vm, which a browser does not have. <code>deno task explore lib/scenario/examples/stampede.ts</code>{" "}
          shows one.
        </p>
      </Panel>
      {!program.value.explorable && (
        <Message kind="note" title="This one cannot be explored">
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
          {explored !== undefined && <Verdict explored={explored} />}
          {program.value.explorable && <Twins />}
        </div>
      </div>
      {explored !== undefined && explored.tried.roots.length > 0 && (
        <TriedPanel tried={explored.tried} tasks={explored.tasks} />
      )}
    </>
  );
}

function Settings({ search: { work, schedules, start, end } }: { readonly search: Search }): JSX.Element {
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
        about="How many schedules are run at most"
        value={budget}
        min={1}
        max={1_000_000_000}
        onChange={(budget) => go({ budget })}
      />
      <NumberField
        label="Seed"
        about="Decides all chance"
        value={seed}
        min={-Number.MAX_SAFE_INTEGER}
        max={Number.MAX_SAFE_INTEGER}
        onChange={(seed) => go({ seed })}
      />
      <Switch
        label="Go on after a bug"
        value={all !== undefined}
        onChange={(all) => go({ all: all ? "yes" : undefined })}
      />
      {isWorking
        ? <Button onClick={end}>Stop</Button>
        : (
          <Button kind="primary" disabled={!program.value.explorable} onClick={start}>
            Explore
          </Button>
        )}
      <output class="progress" aria-live="polite">
        {isWorking ? `${schedules.value.toLocaleString("en")} schedules...` : ""}
      </output>
    </Toolbar>
  );
}
