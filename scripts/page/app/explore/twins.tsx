/**
 * The other variants of the program, explored as well: a fix beside its bug, with its proof.
 */

import { untracked, useComputed, useSignal, useSignalEffect } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { ask, isAbort } from "../bridge.ts";
import { Panel } from "../parts/panel.tsx";
import { hrefOf, program, variant } from "../state.ts";
import { type Explored, requestNow } from "./search.ts";
import { verdictText } from "./verdict.tsx";

/** What is known of a variant. */
export type Known = Pick<Explored, "result"> | string | undefined;

/** The other variants. */
export function Twins(): JSX.Element | null {
  const known = useSignal<ReadonlyMap<string, Known>>(new Map());
  const running = useRef<AbortController | undefined>(undefined);
  useEffect(() => () => running.current?.abort(), []);
  const key = useComputed(() => JSON.stringify(requestNow()));
  useSignalEffect(() => {
    key.value;
    const request = untracked(requestNow);
    running.current?.abort();
    const { signal } = running.current = new AbortController();
    known.value = new Map();
    const learn = (name: string, what: Known): void => void (known.value = new Map([...known.peek(), [name, what]]));
    const all = async (): Promise<void> => {
      for (const other of program.peek().variants) {
        if (other === variant.peek() || signal.aborted) continue;
        try {
          learn(other, await ask("explore", { ...request, variant: other }, { signal, beside: "twins" }));
        } catch (error) {
          if (!isAbort(error)) learn(other, error instanceof Error ? error.message : String(error));
        }
      }
    };
    void all();
  });
  const others = program.value.variants.filter((other) => other !== variant.value);
  if (others.length === 0) return null;
  return (
    <Panel title={others.length === 1 ? "Its twin" : "Its twins"}>
      <ul class="twins">
        {others.map((other) => (
          <li key={other}>
            <a href={hrefOf({ variant: other, schedule: undefined, step: undefined })}>{other}</a>
            <Known what={known.value.get(other)} />
          </li>
        ))}
      </ul>
    </Panel>
  );
}

/** It, in words. */
export function Known({ what }: { readonly what: Known }): JSX.Element {
  if (what === undefined) return <span class="muted">is explored...</span>;
  if (typeof what === "string") return <span class="verdict error">{what}</span>;
  const { verdict, schedules } = what.result;
  const kind = verdict === "proved" ? "good" : verdict === "bug" ? "error" : "warning";
  return (
    <span>
      <strong class={`verdict ${kind}`}>{verdictText(what.result)}</strong>{" "}
      <span class="muted">{schedules.toLocaleString("en")} {schedules === 1 ? "schedule" : "schedules"}</span>
    </span>
  );
}
