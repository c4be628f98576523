/**
 * Learn: the programs in teaching order, each with its claim and its code; and a program of one's own.
 */

import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import type { Sources } from "../../catalog.ts";
import { OwnProgram } from "../own/view.tsx";
import { Panel } from "../parts/panel.tsx";
import { catalog, hrefOf, link, program } from "../state.ts";

/** The view. */
export default function LearnView(): JSX.Element {
  const sources = useSignal<Sources>({});
  useEffect(() => {
    void fetch("./sources.json").then(async (answer) => sources.value = await answer.json());
  }, []);
  const { name, claim } = program.value;
  const { own } = link.value;
  return (
    <div class="learn">
      <nav class="panel" aria-label="Programs">
        <ol>
          {catalog.map((entry) => (
            <li key={entry.name}>
              <a
                href={hrefOf({ program: entry.name, parameters: {}, own: undefined })}
                aria-current={own === undefined && entry.name === name ? "page" : undefined}
              >
                {entry.name}
              </a>
            </li>
          ))}
        </ol>
        <a href={hrefOf({ own: "yes" })} aria-current={own === undefined ? undefined : "page"}>A program of your own</a>
      </nav>
      {own === undefined
        ? (
          <Panel title={name}>
            <p class="claim">{claim}</p>
            <pre class="code" tabIndex={0} role="region" aria-label="Its code">{sources.value[name]?.text}</pre>
          </Panel>
        )
        : <OwnProgram />}
    </div>
  );
}
