/**
 * A program's text, with the line that runs.
 */

import type { JSX } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { calm } from "../state.ts";
import { tokenLines } from "./tokens.ts";

/** What is shown. */
interface CodeProps {
  readonly text: string;
  /** The number of the line that runs, counted from 1; none where nothing does. */
  readonly line: number | undefined;
}

/** The text; it scrolls to the line. */
export function Code({ text, line }: CodeProps): JSX.Element {
  const lines = useMemo(() => tokenLines(text.trimEnd()), [text]);
  const box = useRef<HTMLPreElement>(null);
  useEffect(() => {
    const { current } = box;
    const shown = current?.querySelector<HTMLElement>("[aria-current]");
    if (current === null || shown === null || shown === undefined) return;
    const top = shown.offsetTop - current.clientHeight / 2;
    current.scrollTo({ top, behavior: calm.peek() ? "instant" : "smooth" });
  }, [line]);
  return (
    <pre class="code" ref={box} tabIndex={0} role="region" aria-label="Its code">
      {lines.map((tokens, index) => (
        <code key={index} class="line" aria-current={index + 1 === line ? "step" : undefined}>
          <span class="line-number" aria-hidden="true">{index + 1}</span>
          {tokens.map(({ kind, text }, at) => kind === "plain" ? text : <span key={at} class={kind}>{text}</span>)}
          {"\n"}
        </code>
      ))}
    </pre>
  );
}
