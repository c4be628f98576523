/**
 * What was tried, as a picture: time goes down, runs that begin alike share their beginning, and the end of each has the color of
 * what it came to.
 *
 * - It is one stop of the Tab key: arrows go from run to run, and Enter opens one.
 */

import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import type { Tried, TriedLeaf, TriedNode } from "../../work/tried.ts";
import { Panel } from "../parts/panel.tsx";
import { go, link } from "../state.ts";

const WIDTH = 1000;
const LEAF = 18;
/** How many outcomes have a color of their own. */
const COLORS = 6;

/** A leaf, where it is drawn. */
interface Placed extends TriedLeaf {
  readonly x: number;
  readonly width: number;
}

/** The picture. */
export function TriedPanel(
  { tried, tasks }: { readonly tried: Tried; readonly tasks: readonly string[] },
): JSX.Element {
  const { runs, leftOut, outcomes, roots, steps } = tried;
  const chosen = useSignal(0);
  const leaves: Placed[] = [];
  const boxes: JSX.Element[] = [];
  const all = roots.reduce((sum, root) => sum + root.leaves, 0);
  const height = Math.max(90, Math.min(320, steps * 12));
  const place = (nodes: readonly TriedNode[], left: number): void => {
    for (const { task, from, steps: many, leaves: own, next, leaf } of nodes) {
      const [x, width] = [(WIDTH * left) / all, (WIDTH * own) / all];
      boxes.push(
        <rect
          key={`${left} ${from}`}
          class={`node task-${task % 6}`}
          x={x}
          y={(height * from) / steps}
          width={width}
          height={(height * many) / steps}
        />,
      );
      if (leaf !== undefined) leaves.push({ ...leaf, x, width: WIDTH / all });
      place(next, left + (leaf === undefined ? 0 : 1));
      left += own;
    }
  };
  place(roots, 0);
  const at = Math.min(chosen.value, leaves.length - 1);
  const open = (one: Placed | undefined): void => {
    if (one !== undefined) go({ schedule: one.schedule, step: undefined });
  };
  const onKey = (event: KeyboardEvent): void => {
    const by = event.key === "ArrowLeft" ? -1 : event.key === "ArrowRight" ? 1 : 0;
    if (by !== 0) chosen.value = Math.max(0, Math.min(leaves.length - 1, at + by));
    else if (event.key === "Enter" || event.key === " ") open(leaves[at]);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const says = ({ kind, outcome, runs }: TriedLeaf): string => {
    return `outcome ${outcomes[outcome]}${kind === undefined ? "" : `, ${kind}`}${runs > 1 ? `, ${runs} times` : ""}`;
  };
  const note = leftOut === 0 ? "" : `, the first ${all.toLocaleString("en")} of which are drawn`;
  return (
    <Panel
      title="What was tried"
      aside={<span class="muted">{runs === 1 ? "1 schedule" : `${runs.toLocaleString("en")} schedules`}{note}</span>}
    >
      <ul class="tints">
        {tasks.map((name, task) => (
          <li key={name}>
            <span class={`tint task-${task % 6}`} />
            {name}
          </li>
        ))}
        {outcomes.slice(0, COLORS).map((text, outcome) => (
          <li key={text}>
            <span class={`tint outcome-${outcome}`} />
            outcome {text}
          </li>
        ))}
        {outcomes.length > COLORS && (
          <li>
            <span class="tint outcome-more" />
            other outcomes
          </li>
        )}
        {leaves.some(({ kind }) => kind !== undefined) && (
          <li>
            <span class="tint bug" />
            bug
          </li>
        )}
      </ul>
      <div
        class="tried"
        role="listbox"
        tabIndex={0}
        aria-label="Schedules: arrow keys move between them, Enter opens one"
        aria-activedescendant={`leaf-${at}`}
        onKeyDown={onKey}
      >
        <svg
          viewBox={`0 0 ${WIDTH} ${height}`}
          preserveAspectRatio="none"
          style={{ height: `${height}px` }}
          aria-hidden="true"
        >
          {boxes}
        </svg>
        <div class="leaves" role="presentation" style={{ height: `${LEAF}px` }}>
          {leaves.map((leaf, index) => (
            <div
              key={leaf.schedule}
              id={`leaf-${index}`}
              role="option"
              class={`leaf${leaf.kind === undefined ? "" : " bug"} outcome-${
                leaf.outcome < COLORS ? leaf.outcome : "more"
              }`}
              aria-selected={index === at}
              aria-current={leaf.schedule === link.value.schedule}
              aria-label={says(leaf)}
              title={says(leaf)}
              style={{ left: `${(100 * leaf.x) / WIDTH}%`, width: `${(100 * leaf.width) / WIDTH}%` }}
              onClick={() => {
                chosen.value = index;
                open(leaf);
              }}
            />
          ))}
        </div>
      </div>
      {leaves[at] !== undefined && <p class="muted">{at + 1} of {leaves.length}: {says(leaves[at])}</p>}
    </Panel>
  );
}
