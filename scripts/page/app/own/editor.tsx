/**
 * A module's text, written, pasted or loaded from a file; and what is wrong with it.
 */

import type { JSX } from "preact";
import { Message } from "../parts/message.tsx";
import type { Fault } from "./bundle.ts";

/** What an editor is told. */
interface EditorProps {
  readonly text: string;
  readonly onChange: (text: string) => void;
}

/** The text. */
export function Editor({ text, onChange }: EditorProps): JSX.Element {
  return (
    <>
      <label class="file">
        Load a file
        <input
          type="file"
          accept=".ts,.js,.mjs,text/javascript"
          onChange={async ({ currentTarget }) => {
            const [file] = currentTarget.files ?? [];
            if (file !== undefined) onChange(await file.text());
          }}
        />
      </label>
      <textarea
        class="editor"
        aria-label="The module's text"
        spellcheck={false}
        rows={22}
        value={text}
        onInput={({ currentTarget }) => onChange(currentTarget.value)}
      />
    </>
  );
}

/** What is wrong with it, and where. */
export function Faults({ faults }: { readonly faults: readonly Fault[] }): JSX.Element {
  return (
    <>
      {faults.map(({ text, line, column = 1, shown }, at) => (
        <Message
          key={at}
          kind="error"
          title={line === undefined ? "The module cannot be used" : `Line ${line}, column ${column}`}
        >
          <p>{text}</p>
          {shown !== undefined && <pre>{`${shown}\n${" ".repeat(column - 1)}^`}</pre>}
        </Message>
      ))}
    </>
  );
}
