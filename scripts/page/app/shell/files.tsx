/**
 * Files that are dropped on the page, or chosen: a trace is shown, a module goes into the editor and runs not before a click.
 */

import { effect, signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { draft } from "../own/module.ts";
import { go, link } from "../state.ts";

/** A trace that is shown instead of a view. */
export const traceFile = signal<{ readonly name: string; readonly text: string } | undefined>(undefined);

// Whoever goes on in the page has seen enough of it.
effect(() => {
  link.value;
  traceFile.value = undefined;
});

/** Takes a file. */
async function take(file: File): Promise<void> {
  const text = await file.text();
  if (/\.[mc]?[jt]s$/.test(file.name)) {
    draft.value = text;
    go({ view: "learn", own: "yes" });
  } else traceFile.value = { name: file.name, text };
}

/** A button that opens a file. */
export function OpenFile(): JSX.Element {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <button
        class="quiet"
        type="button"
        title="Open a trace or a module; you can also drop it on the page"
        onClick={() => input.current?.click()}
      >
        Open...
      </button>
      <input
        ref={input}
        id="file"
        type="file"
        hidden
        accept=".json,.ts,.js,.mjs"
        aria-label="A trace or a module"
        onChange={({ currentTarget }) => {
          const [file] = currentTarget.files ?? [];
          if (file !== undefined) void take(file);
          // The same file can be opened again.
          currentTarget.value = "";
        }}
      />
    </>
  );
}

/** Says where a file may be dropped, while one is dragged: everywhere. */
export function DropPlace(): JSX.Element | null {
  const over = dragged.value;
  useEffect(() => {
    const abort = new AbortController();
    const { signal } = abort;
    addEventListener("dragover", (event) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      dragged.value = true;
    }, { signal });
    addEventListener("dragleave", (event) => {
      if (event.relatedTarget === null) dragged.value = false;
    }, { signal });
    addEventListener("drop", (event) => {
      dragged.value = false;
      const [file] = event.dataTransfer?.files ?? [];
      if (file === undefined) return;
      event.preventDefault();
      void take(file);
    }, { signal });
    return () => abort.abort();
  }, []);
  return over ? <div class="drop" aria-hidden="true">Drop a trace or a module</div> : null;
}

const dragged = signal(false);
