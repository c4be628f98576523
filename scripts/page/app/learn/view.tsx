/**
 * Learn: the programs in teaching order, each with its claim and its code; and a program of one's own.
 */

import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import type { Sources } from "../../catalog.ts";
import { OwnProgram } from "../own/view.tsx";
import { catalog, hrefOf, link, program } from "../state.ts";
import { ProgramLesson } from "./lesson.tsx";

/** The view. */
export default function LearnView(): JSX.Element {
  const sources = useSignal<Sources>({});
  useEffect(() => {
    void fetch("./sources.json").then(async (answer) => sources.value = await answer.json());
  }, []);
  const { name } = program.value;
  const { own } = link.value;
  return (
    <div class="learn">
      <nav class="panel" aria-label="Programs">
        <a href={hrefOf({ own: "yes" })} aria-current={own === undefined ? undefined : "page"}>A program of your own</a>
        <ol>
          {catalog.map((entry) => (
            <li key={entry.name}>
              <a
                href={hrefOf({
                  program: entry.name,
                  variant: undefined,
                  parameters: {},
                  schedule: undefined,
                  own: undefined,
                })}
                aria-current={own === undefined && entry.name === name ? "page" : undefined}
              >
                {entry.name}
              </a>
            </li>
          ))}
        </ol>
      </nav>
      <div class="lesson">
        {own === undefined
          ? <ProgramLesson key={name} entry={program.value} source={sources.value[name]} />
          : <OwnProgram />}
      </div>
    </div>
  );
}
