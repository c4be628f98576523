/**
 * Learn: the programs in teaching order, each with its claim and its code.
 */

import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import type { Sources } from "../../catalog.ts";
import { Panel } from "../parts/panel.tsx";
import { catalog, hrefOf, program } from "../state.ts";

/** The view. */
export default function LearnView(): JSX.Element {
  const sources = useSignal<Sources>({});
  useEffect(() => {
    void fetch("./sources.json").then(async (answer) => sources.value = await answer.json());
  }, []);
  const { name, claim } = program.value;
  return (
    <div class="learn">
      <nav class="panel" aria-label="Programs">
        <ol>
          {catalog.map((entry) => (
            <li key={entry.name}>
              <a
                href={hrefOf({ program: entry.name, parameters: {} })}
                aria-current={entry.name === name ? "page" : undefined}
              >
                {entry.name}
              </a>
            </li>
          ))}
        </ol>
      </nav>
      <Panel title={name}>
        <p class="claim">{claim}</p>
        <pre class="code" tabIndex={0} aria-label="Its code">{sources.value[name]?.text}</pre>
      </Panel>
    </div>
  );
}
