/**
 * Explore: the order in which a program fails, or that there is none.
 */

import type { JSX } from "preact";
import type { ExploreKind } from "../../work/explore.ts";
import { ask } from "../bridge.ts";
import { Button } from "../parts/button.tsx";
import { Message } from "../parts/message.tsx";
import { Panel, Toolbar } from "../parts/panel.tsx";
import { ProgramChoice } from "../parts/program_choice.tsx";
import { useTask } from "../parts/task.ts";
import { go, link, parameters, program, variant } from "../state.ts";

/** The view. */
export default function ExploreView(): JSX.Element {
  const { work, start, end } = useTask<ExploreKind["answer"]>();
  const explore = (): void =>
    start(async (signal) => {
      const { seed = 0 } = link.value;
      const request = { program: program.value.name, variant: variant.value, parameters: parameters.value, seed };
      const result = await ask("explore", { ...request, budget: 10_000 }, { signal });
      if ("schedule" in result) go({ schedule: result.schedule }, { keep: true });
      return result;
    });
  const { value: now } = work;
  return (
    <>
      <Panel title="Program">
        <ProgramChoice among={({ explorable }) => explorable} />
        <Toolbar label="Exploring">
          {now.state === "working"
            ? <Button onClick={end}>Stop</Button>
            : <Button kind="primary" disabled={!program.value.explorable} onClick={explore}>Explore</Button>}
        </Toolbar>
      </Panel>
      {now.state === "failed" && <Message kind="error" title="Exploring failed">{now.error.message}</Message>}
      {now.state === "done" && (
        <Message kind={now.value.verdict === "proved" ? "good" : "warning"} title={now.value.verdict}>
          <p>{now.value.schedules} schedules, {now.value.distinct} outcomes</p>
          {"message" in now.value && <p>{now.value.message}</p>}
        </Message>
      )}
    </>
  );
}
