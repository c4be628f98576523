/**
 * The other variant of the scenario, explored as well: the fix beside the bug, with its proof.
 */

import { useComputed, useSignal, useSignalEffect } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { isAbort } from "../bridge.ts";
import { Known } from "../explore/twins.tsx";
import { Panel } from "../parts/panel.tsx";
import { hrefOf, link } from "../state.ts";
import { exploreNow, exploringNow, settingNow } from "./search.ts";

/** The twin. */
export function Twin(): JSX.Element {
  const known = useSignal<Known>(undefined);
  const running = useRef<AbortController | undefined>(undefined);
  useEffect(() => () => running.current?.abort(), []);
  const key = useComputed(() => JSON.stringify([settingNow(), exploringNow()]));
  useSignalEffect(() => {
    key.value;
    running.current?.abort();
    const { signal } = running.current = new AbortController();
    known.value = undefined;
    const { scenario, fixed, seed = 0 } = link.peek();
    const setting = scenario && { scenario, fixed: fixed === undefined, seed };
    void exploreNow({}, { setting, signal, beside: "twin" }).then(({ explored }) => {
      if (!signal.aborted) known.value = explored;
    }, (error: unknown) => {
      if (!isAbort(error) && !signal.aborted) known.value = error instanceof Error ? error.message : String(error);
    });
  });
  const isFixed = link.value.fixed !== undefined;
  const href = hrefOf({ fixed: isFixed ? undefined : "yes", schedule: undefined, step: undefined });
  return (
    <Panel title="Its twin">
      <ul class="twins">
        <li>
          <a href={href}>{isFixed ? "plain" : "fixed"}</a>
          <Known what={known.value} />
        </li>
      </ul>
    </Panel>
  );
}
