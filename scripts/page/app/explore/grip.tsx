/**
 * A preemption that can be moved: by the pointer, or by the arrow keys while it has the focus.
 *
 * - While it is dragged the page says what its place would come to; when it is let go it stays there. Escape puts it back.
 */

import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import type { Signal } from "@preact/signals";
import type { DepartureLine } from "./lines.ts";
import { comesTo, type Shown } from "./shown.ts";

/** Where a preemption is while it is dragged. */
export interface Drag {
  readonly from: number;
  readonly to: number;
  /** What its place would come to, once that is known. */
  readonly told: string;
  readonly refused: boolean;
}

/** What a grip is told. */
interface GripProps {
  readonly line: DepartureLine;
  readonly names: readonly string[];
  readonly shown: Shown;
  readonly drag: Signal<Drag | undefined>;
  /** Told of the step at which it stands after a move. */
  readonly moved: (step: number) => void;
}

/** A preemption that can be moved. */
export function Grip({ line, names, shown, drag, moved }: GripProps): JSX.Element {
  const { step, task, preempts } = line;
  const isDown = useRef(false);
  const [name, other] = [names[task] ?? "", names[preempts ?? -1]];
  const says = other === undefined ? `${name} goes on here` : `${name} goes on, ${other} has to wait`;
  const move = async (to: number): Promise<void> => {
    if (to !== step && await shown.change({ from: step, to })) moved(to);
  };
  const onKey = (event: KeyboardEvent): void => {
    const by = event.key === "ArrowUp" ? -1 : event.key === "ArrowDown" ? 1 : 0;
    if (by !== 0) void move(step + by);
    else if (event.key === "Delete" || event.key === "Backspace") void shown.change({ from: step });
    else if (event.key === "Escape") drag.value = undefined;
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const over = (to: number): void => {
    if (drag.peek()?.to === to) return;
    drag.value = { from: step, to, told: "...", refused: false };
    void shown.preview({ from: step, to }).then((answer) => {
      const now = drag.peek();
      if (answer === undefined || now?.to !== to) return;
      const refused = "refused" in answer;
      drag.value = { ...now, refused, told: refused ? answer.refused : comesTo(answer) };
    });
  };
  return (
    <button
      type="button"
      class="grip"
      data-grip={step}
      aria-label={`Step ${step}: ${says}. Arrow keys move it, Delete removes it.`}
      onKeyDown={onKey}
      onPointerDown={(event) => {
        isDown.current = true;
        event.currentTarget.setPointerCapture(event.pointerId);
      }}
      onPointerMove={(event) => {
        const to = isDown.current ? stepAt(event) : undefined;
        if (to !== undefined && (to !== step || drag.peek() !== undefined)) over(to);
      }}
      onPointerUp={() => {
        isDown.current = false;
        const to = drag.peek()?.to;
        drag.value = undefined;
        if (to !== undefined) void move(to);
      }}
      onPointerCancel={() => {
        isDown.current = false;
        drag.value = undefined;
      }}
    >
      <span aria-hidden="true" class="grip-sign">⠿</span> <span>{says}</span>
    </button>
  );
}

/** The step before which a pointer is; undefined where it is over no row. */
function stepAt({ clientX, clientY }: PointerEvent): number | undefined {
  const row = document.elementsFromPoint(clientX, clientY).map((element) => element.closest("tr[data-step]"))
    .find((row) => row !== null);
  if (!(row instanceof HTMLElement)) return undefined;
  const { top, height } = row.getBoundingClientRect();
  const step = Number(row.dataset["step"]);
  return Math.max(0, clientY > top + height / 2 ? step + 1 : step);
}
