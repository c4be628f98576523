/**
 * What exploring came to: the verdict, what it stands on, and the outcomes, each with a schedule on request.
 */

import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import type { ExploreResult } from "../../../../lib/explorer/mod.ts";
import { ask } from "../bridge.ts";
import { Button } from "../parts/button.tsx";
import { Message } from "../parts/message.tsx";
import { Panel } from "../parts/panel.tsx";
import { go, hrefOf } from "../state.ts";
import { type Explored, requestNow } from "./search.ts";

/** A verdict in words. */
export function verdictText(result: ExploreResult): string {
  return result.verdict === "bug" ? `BUG: ${result.kind}` : result.verdict.toUpperCase().replace("-", " ");
}

/** What is told of an exploration. */
type Judged = Pick<Explored, "result" | "texts" | "interrupted" | "ms">;

/** What the verdict is told. */
interface VerdictProps {
  readonly explored: Judged;
  /** What a schedule has few of. */
  readonly unit: "preemption" | "deviation";
  /** Looks for a schedule with an outcome; undefined where none is found. */
  readonly find: (outcome: unknown) => Promise<string | undefined>;
}

/** Looks for a schedule of the program with an outcome. */
export async function findOutcome(outcome: unknown): Promise<string | undefined> {
  const { result } = await ask("explore", { ...requestNow(), keepGoing: false, find: { outcome } }, { beside: "find" });
  return "schedule" in result ? result.schedule : undefined;
}

/** How much was run, and what that says. */
function groundsOf({ result, interrupted }: Judged, unit: string): string {
  const ran = result.schedules === 1
    ? "1 schedule was run"
    : `${result.schedules.toLocaleString("en")} schedules were run`;
  if (interrupted) return `${ran} before it was stopped.`;
  switch (result.verdict) {
    case "proved":
      return `${ran}, and they stand for all orders: none shows a bug.`;
    case "not-exhausted":
      return `${ran}, and there are more; none of these shows a bug. A larger budget continues the search.`;
    case "bug":
    case "found": {
      const { preemptions, minimal } = result;
      const needs = preemptions === 0
        ? `no ${unit}`
        : `${preemptions === 1 ? `1 ${unit}` : `${preemptions} ${unit}s`}${
          minimal ? ", and no schedule with fewer shows it" : ""
        }`;
      return `${ran}. The bug needs ${needs}.`;
    }
  }
}

/** What exploring came to. */
export function Verdict({ explored, unit, find }: VerdictProps): JSX.Element {
  const { result, texts, ms } = explored;
  const isBug = result.verdict === "bug";
  const kind = isBug ? "error" : result.verdict === "proved" ? "good" : "warning";
  const loop = result.verdict === "bug" ? result.loop : undefined;
  return (
    <Panel
      title="Verdict"
      aside={<span class="muted">{ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`}</span>}
    >
      <Message kind={kind} title={verdictText(result)}>
        {"message" in result && <p>{result.message}</p>}
        <p>{groundsOf(explored, unit)}</p>
        {result.assumptions.length > 0 && <p>Assumptions: {result.assumptions.join("; ")}.</p>}
        {loop !== undefined && <pre tabIndex={0} aria-label="Repeated without end">{loop.join("\n")}</pre>}
      </Message>
      <Outcomes result={result} texts={texts} find={find} />
    </Panel>
  );
}

/** How many outcomes are shown. */
const MOST = 12;

function Outcomes(
  { result: { outcomes, distinct, schedules }, texts, find }:
    & Pick<VerdictProps, "find">
    & Pick<Judged, "result" | "texts">,
): JSX.Element | null {
  const told = useSignal("");
  const show = async (at: number): Promise<void> => {
    told.value = "Looking for a schedule...";
    const asked = hrefOf({ schedule: undefined, step: undefined });
    try {
      const schedule = await find(outcomes[at]?.outcome);
      told.value = schedule === undefined ? "None was found again: try a larger budget." : "";
      const isWanted = hrefOf({ schedule: undefined, step: undefined }) === asked;
      if (schedule !== undefined && isWanted) go({ schedule, step: undefined });
    } catch (error) {
      told.value = error instanceof Error ? error.message : String(error);
    }
  };
  // What gives nothing has no outcome that anybody wants to see.
  if (distinct === 1 && outcomes[0]?.outcome === undefined) return null;
  const most = Math.max(1, ...outcomes.map(({ count }) => count));
  return (
    <>
      <h3>
        {distinct === 0 ? "No run had an outcome" : distinct === 1 ? "Its only outcome" : `${distinct} outcomes`}
      </h3>
      <ul class="outcomes" aria-label="Outcomes, each with its number of schedules">
        {outcomes.slice(0, MOST).map(({ count }, at) => (
          <li key={texts[at]}>
            <code class="outcome">{texts[at]}</code>
            <span class="bar" aria-hidden="true">
              <span style={{ width: `${(100 * count) / most}%` }} />
            </span>
            <span class="count">{count.toLocaleString("en")} of {schedules.toLocaleString("en")}</span>
            <Button label={`Show one schedule with outcome ${texts[at]}`} onClick={() => void show(at)}>
              Show one
            </Button>
          </li>
        ))}
      </ul>
      {distinct > MOST && <p class="muted">and {distinct - MOST} more</p>}
      <p role="status" class="told">{told.value}</p>
    </>
  );
}
