/**
 * The run of a scenario as a table: a column for each chain of what follows one from the other, a row for each completion.
 */

import type { JSX } from "preact";
import type { ScenarioRun } from "../../work/scenario.ts";

/** What the table is told. */
interface ColumnsProps {
  readonly run: ScenarioRun;
  /** How many steps are done. */
  readonly step: number;
  readonly goTo: (step: number) => void;
}

/** The table. */
export function ChainColumns({ run: { chains, rows }, step, goTo }: ColumnsProps): JSX.Element {
  return (
    <div class="columns" tabIndex={0} role="group" aria-label="What comes from outside, row by row">
      <table>
        <thead>
          <tr>
            <th scope="col" class="step">step</th>
            {chains.map((name, chain) => (
              <th key={name} scope="col" class={`task-${chain % 6}`}>
                <span class="name">{name}</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ task, text, preempts, source }, at) => (
            <tr
              key={at}
              class={at === step - 1 ? "now" : at >= step ? "later" : ""}
              data-step={at}
              aria-current={at === step - 1 ? "step" : undefined}
              onClick={() => goTo(at + 1)}
            >
              <td class="step">{at}</td>
              {chains.map((name, chain) =>
                chain !== task
                  ? <td key={name} class="rests ended" />
                  : (
                    <td key={name} class={`acts task-${chain % 6}`}>
                      {preempts !== undefined && (
                        <span class="note outdated">
                          » comes before what {chains[preempts] ?? "another chain"} asked for earlier
                        </span>
                      )}
                      <code>{text}</code>
                      {source !== undefined && <span class="source">{source}</span>}
                    </td>
                  )
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
