/**
 * The tabs of the views: arrows, Home and End go from one to the next, as in every list of tabs.
 */

import type { JSX } from "preact";
import { type ViewName, VIEWS } from "../link.ts";
import { go, link } from "../state.ts";
import { views } from "../views.ts";

/** One tab for each view. */
export function Tabs(): JSX.Element {
  return (
    <div class="tabs" role="tablist" aria-label="Views" onKeyDown={onKey}>
      {VIEWS.map((view) => {
        const chosen = link.value.view === view;
        return (
          <button
            key={view}
            id={`tab-${view}`}
            role="tab"
            type="button"
            title={views[view].about}
            aria-selected={chosen}
            aria-controls="view"
            tabIndex={chosen ? 0 : -1}
            onClick={() => go({ view })}
          >
            {views[view].title}
          </button>
        );
      })}
    </div>
  );
}

function onKey(event: KeyboardEvent): void {
  const at = VIEWS.indexOf(link.value.view);
  const to = target(event.key, at);
  if (to === undefined) return;
  event.preventDefault();
  go({ view: to });
  document.getElementById(`tab-${to}`)?.focus();
}

function target(key: string, at: number): ViewName | undefined {
  if (key === "Home") return VIEWS[0];
  if (key === "End") return VIEWS.at(-1);
  const step = key === "ArrowRight" ? 1 : key === "ArrowLeft" ? -1 : 0;
  return step === 0 ? undefined : VIEWS.at((at + step) % VIEWS.length);
}
