/**
 * A button: `primary` for what one comes for, `quiet` for what stands aside.
 */

import type { ComponentChildren, JSX } from "preact";

/** What a button is told. */
interface ButtonProps {
  readonly children: ComponentChildren;
  readonly onClick: () => void;
  readonly kind?: "primary" | "plain" | "quiet";
  readonly disabled?: boolean;
  /** What a screen reader says where the children are a sign. */
  readonly label?: string;
  /** Whether it is pressed, where it stays so. */
  readonly pressed?: boolean;
}

/** A button. */
export function Button(
  { children, onClick, kind = "plain", disabled = false, label, pressed }: ButtonProps,
): JSX.Element {
  return (
    <button
      type="button"
      class={kind}
      disabled={disabled}
      aria-label={label}
      title={label}
      aria-pressed={pressed}
      onClick={onClick}
    >
      {children}
    </button>
  );
}
