/**
 * A sentence that is told: something to know, something to mend, something that failed.
 *
 * - A screen reader is told of it; an error at once.
 */

import type { ComponentChildren, JSX } from "preact";

/** What a message is told. */
interface MessageProps {
  readonly kind: "note" | "good" | "warning" | "error";
  readonly title?: string;
  readonly children?: ComponentChildren;
}

/** A sentence, perhaps with a title. */
export function Message({ kind, title, children }: MessageProps): JSX.Element {
  return (
    <div class={`message ${kind}`} role={kind === "error" ? "alert" : "status"}>
      {title !== undefined && <strong>{title}</strong>}
      {typeof children === "string" ? <p>{children}</p> : children}
    </div>
  );
}
