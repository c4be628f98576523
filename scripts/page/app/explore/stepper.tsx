/**
 * The controls that step through a run: buttons, a slider, and keys. How many steps are done stands in the link.
 */

import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { Button } from "../parts/button.tsx";
import { addShortcuts } from "../shell/shortcuts.ts";
import { go, link } from "../state.ts";

/** Where a run is shown. */
interface At {
  /** How many steps are done; all of them where the link does not say. */
  readonly step: number;
  readonly goTo: (step: number) => void;
}

/** Where a run of so many steps is shown. */
export function useStep(last: number): At {
  const goTo = (to: number): void => go({ step: Math.max(0, Math.min(last, to)) }, { keep: true });
  useEffect(() => {
    const by = (steps: number) => () => goTo(Math.min(last, link.peek().step ?? last) + steps);
    return addShortcuts(
      { key: "ArrowLeft", about: "A step back", act: by(-1) },
      { key: "ArrowRight", about: "A step forward", act: by(1) },
      { key: "Home", about: "Before the first step", act: by(-Infinity) },
      { key: "End", about: "After the last step", act: by(Infinity) },
    );
  }, [last]);
  return { step: Math.min(last, link.value.step ?? last), goTo };
}

/** The controls. */
export function Stepper({ step, last, goTo }: At & { readonly last: number }): JSX.Element {
  return (
    <div class="stepper" role="group" aria-label="Steps">
      <Button label="Before the first step" onClick={() => goTo(0)}>
        <Icon path="M4 3h2v14H4zM17 3v14L7 10z" />
      </Button>
      <Button label="A step back" onClick={() => goTo(step - 1)}>
        <Icon path="M15 3v14L4 10z" />
      </Button>
      <Button label="A step forward" onClick={() => goTo(step + 1)}>
        <Icon path="M5 3v14l11-7z" />
      </Button>
      <Button label="After the last step" onClick={() => goTo(last)}>
        <Icon path="M14 3h2v14h-2zM3 3v14l10-7z" />
      </Button>
      <input
        type="range"
        aria-label="Steps done"
        min={0}
        max={last}
        value={step}
        onInput={({ currentTarget }) => goTo(Number(currentTarget.value))}
      />
      <output>{step} of {last}</output>
    </div>
  );
}

function Icon({ path }: { readonly path: string }): JSX.Element {
  return (
    <svg class="icon" viewBox="0 0 20 20" aria-hidden="true">
      <path d={path} />
    </svg>
  );
}
