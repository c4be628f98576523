/**
 * The text of the scenario in the link, as the page serves it: what it is about, and its code with the line that a step came from.
 */

import { useSignal, useSignalEffect } from "@preact/signals";
import type { JSX } from "preact";
import { Code } from "../learn/code.tsx";
import { Panel } from "../parts/panel.tsx";
import { link } from "../state.ts";

/** The text; undefined before it is there. */
export function useSource(): string | undefined {
  const text = useSignal<string | undefined>(undefined);
  useSignalEffect(() => {
    const { scenario } = link.value;
    if (scenario === undefined) return undefined;
    const controller = new AbortController();
    void fetch(`./scenarios/${scenario}.ts`, controller).then((answer) => answer.text()).then((read) => {
      text.value = read;
    }, () => {
      // Exploring, which asks for the same file, says what is wrong.
    });
    return () => controller.abort();
  });
  return text.value;
}

/** What a module says of itself: the first paragraph of its first comment. */
export function claimIn(text: string): string {
  const [, claim = ""] = /^\/\*\*\n((?: \* .+\n)+)/.exec(text) ?? [];
  return claim.replaceAll(/^ \* /gm, "").replaceAll("\n", " ").trim();
}

/** The code; `place` is one such as `late_answer.ts:14`. */
export function Source({ text, place }: { readonly text: string; readonly place: string | undefined }): JSX.Element {
  const file = `${link.value.scenario}.ts`;
  const [name, line] = place?.split(":") ?? [];
  return (
    <Panel title={file}>
      <Code text={text} line={name === file ? Number(line) : undefined} />
    </Panel>
  );
}
