/**
 * A part of a view, with a title; and a row of controls.
 */

import type { ComponentChildren, JSX } from "preact";
import { useId } from "preact/hooks";

/** What a panel is told. */
interface PanelProps {
  readonly title: string;
  readonly children: ComponentChildren;
  /** What stands beside the title. */
  readonly aside?: ComponentChildren;
}

/** A part of a view. */
export function Panel({ title, children, aside }: PanelProps): JSX.Element {
  const id = useId();
  return (
    <section class="panel" aria-labelledby={id}>
      <div class="panel-head">
        <h2 id={id}>{title}</h2>
        {aside}
      </div>
      {children}
    </section>
  );
}

/** A row of controls that wraps where it is narrow. */
export function Toolbar(
  { label, children }: { readonly label: string; readonly children: ComponentChildren },
): JSX.Element {
  return <div class="toolbar" role="group" aria-label={label}>{children}</div>;
}
