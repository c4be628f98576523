/**
 * Keys that work on the whole page, except while somebody writes into a field.
 *
 * - The frame adds its own, and a view adds some while it is open: `addShortcuts` gives what takes them away again.
 */

import { signal } from "@preact/signals";

/** A key, and what it does. */
export interface Shortcut {
  /** As `KeyboardEvent.key` says it, such as `?` or `ArrowLeft`. */
  readonly key: string;
  /** What it does, as the list of shortcuts says it. */
  readonly about: string;
  act(): void;
}

/** Those that work at the moment. */
export const shortcuts = signal<readonly Shortcut[]>([]);

/** Adds keys until the function that it gives is called: for `useEffect`. */
export function addShortcuts(...more: readonly Shortcut[]): () => void {
  shortcuts.value = [...shortcuts.peek(), ...more];
  return () => {
    shortcuts.value = shortcuts.peek().filter((shortcut) => !more.includes(shortcut));
  };
}

/** Does what a key means. */
export function onShortcut(event: KeyboardEvent): void {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || isTaken(event)) return;
  const found = shortcuts.peek().findLast(({ key }) => key === event.key);
  if (found === undefined) return;
  event.preventDefault();
  found.act();
}

/** Whether what has the focus needs the key itself. */
function isTaken({ target, key }: KeyboardEvent): boolean {
  if (!(target instanceof Element)) return false;
  if (target.closest("dialog, input, select, textarea, [role=slider], [contenteditable]") !== null) return true;
  if (target.closest("[role=tab], [role=region]") !== null && key.startsWith("Arrow")) return true;
  return target.closest("button, a, summary") !== null && (key === " " || key === "Enter");
}
