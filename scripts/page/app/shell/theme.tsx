/**
 * The choice of colors: those of the operating system, light, or dark.
 */

import type { JSX } from "preact";
import { type Theme, theme } from "../state.ts";

const NEXT: Readonly<Record<Theme, Theme>> = { system: "light", light: "dark", dark: "system" };
const SIGN: Readonly<Record<Theme, string>> = { system: "◐", light: "☀", dark: "☾" };

/** A button that goes from one to the next. */
export function ThemeChoice(): JSX.Element {
  return (
    <button
      class="quiet"
      type="button"
      aria-label={`Colors: ${theme.value}`}
      title={`Colors: ${theme.value}`}
      onClick={nextTheme}
    >
      <span aria-hidden="true">{SIGN[theme.value]}</span>
    </button>
  );
}

/** Takes the next colors. */
export function nextTheme(): void {
  theme.value = NEXT[theme.value];
}
