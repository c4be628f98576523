/**
 * The frame around the views: tabs, what was wrong with the address, what this browser lacks.
 */

import { useEffect } from "preact/hooks";
import type { JSX } from "preact";
import { faults, go, link } from "../state.ts";
import { VIEWS } from "../link.ts";
import { Message } from "../parts/message.tsx";
import { views } from "../views.ts";
import { Help, showHelp } from "./help.tsx";
import { addShortcuts, onShortcut } from "./shortcuts.ts";
import { DropPlace, OpenFile, traceFile } from "./files.tsx";
import { TracePlace } from "./trace_place.tsx";
import { Tabs } from "./tabs.tsx";
import { nextTheme, ThemeChoice } from "./theme.tsx";
import { ViewPlace } from "./view_place.tsx";

/** The whole page. */
export function App(): JSX.Element {
  const { view } = link.value;
  useEffect(() => {
    addEventListener("keydown", onShortcut);
    const takeAway = addShortcuts(
      ...VIEWS.map((view, index) => ({
        key: String(index + 1),
        about: `Open ${views[view].title}`,
        act: () => go({ view }),
      })),
      { key: "t", about: "Change the colors", act: nextTheme },
      { key: "?", about: "Show this list", act: showHelp },
    );
    return () => {
      takeAway();
      removeEventListener("keydown", onShortcut);
    };
  }, []);
  useEffect(() => {
    document.title = `${views[view].title} · Holdfast`;
  }, [view]);
  return (
    <>
      <a class="skip" href="#content" onClick={toContent}>Skip to the content</a>
      <header class="top">
        <h1>
          <img src="./icon.svg" alt="" width="28" height="28" /> Holdfast
        </h1>
        <Tabs />
        <div class="top-end">
          <OpenFile />
          <ThemeChoice />
          <button class="quiet" type="button" onClick={showHelp} aria-label="Keyboard shortcuts">?</button>
        </div>
      </header>
      <main id="content" tabIndex={-1}>
        {faults.value.map((fault) => <Message key={fault} kind="warning">{fault}</Message>)}
        {!crossOriginIsolated && (
          <Message kind="note">
            Threads cannot share memory on this page: it is not isolated, headers that a service worker or a server adds
            are wanted. Direct mode, exploring and simulating work.
          </Message>
        )}
        {traceFile.value === undefined ? <ViewPlace view={view} /> : <TracePlace />}
      </main>
      <Help />
      <DropPlace />
    </>
  );
}

/** Goes there without an address of its own: the address is the state. */
function toContent(event: Event): void {
  event.preventDefault();
  document.getElementById("content")?.focus();
}
