/**
 * The list of keyboard shortcuts, in a dialog.
 */

import type { JSX } from "preact";
import { Button } from "../parts/button.tsx";
import { shortcuts } from "./shortcuts.ts";

const NAMES: Readonly<Record<string, string>> = { " ": "Space", ArrowLeft: "←", ArrowRight: "→" };

/** The dialog; it is closed at first. */
export function Help(): JSX.Element {
  return (
    <dialog id="help" aria-labelledby="help-title">
      <h2 id="help-title">Keyboard</h2>
      <dl class="keys">
        {shortcuts.value.map(({ key, about }) => (
          <div key={key + about}>
            <dt>
              <kbd>{NAMES[key] ?? key}</kbd>
            </dt>
            <dd>{about}</dd>
          </div>
        ))}
        <div>
          <dt>
            <kbd>Tab</kbd>
          </dt>
          <dd>Go to the next control; arrow keys move between tabs</dd>
        </div>
      </dl>
      <Button onClick={() => dialog()?.close()}>Close</Button>
    </dialog>
  );
}

/** Opens it. */
export function showHelp(): void {
  const help = dialog();
  if (help !== undefined && !help.open) help.showModal();
}

function dialog(): HTMLDialogElement | undefined {
  const found = document.getElementById("help");
  return found instanceof HTMLDialogElement ? found : undefined;
}
