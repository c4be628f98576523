/**
 * A program of the user's own: its text is written, pasted or loaded, and used after a click.
 */

import type { JSX } from "preact";
import { ask } from "../bridge.ts";
import { Button } from "../parts/button.tsx";
import { Message } from "../parts/message.tsx";
import { Panel, Toolbar } from "../parts/panel.tsx";
import { useTask } from "../parts/task.ts";
import { hrefOf } from "../state.ts";
import type { Fault } from "./bundle.ts";
import { codeOf } from "./code.ts";
import { Editor, Faults } from "./editor.tsx";
import { EXAMPLE } from "./example.ts";
import { draft, ownModule } from "./module.ts";

/** What came of using a text. */
type Used = { readonly faults: readonly Fault[] } | { readonly names: readonly string[] };

/** The panel. */
export function OwnProgram(): JSX.Element {
  const text = draft.value ?? ownModule.value?.text ?? EXAMPLE;
  const { work, start, end } = useTask<Used>();
  const use = (): void => start((signal) => taken(text, signal));
  const { value: now } = work;
  return (
    <Panel title="A program of your own">
      <p class="claim">
        One TypeScript or JavaScript module that exports programs. It runs in this browser, in a worker that cannot
        reach the network; it is not stored anywhere.
      </p>
      <Editor text={text} onChange={(next) => draft.value = next} />
      <Toolbar label="The module">
        {now.state === "working"
          ? <Button onClick={end}>Stop</Button>
          : <Button kind="primary" onClick={use}>Use this module</Button>}
      </Toolbar>
      {now.state === "ended" && <Message kind="note">Stopped.</Message>}
      {now.state === "failed" && <Message kind="error" title="The module cannot be used">{now.error.message}</Message>}
      {now.state === "done" && (
        "faults" in now.value
          ? <Faults faults={now.value.faults} />
          : (
            <Message kind="good" title="The module is in use">
              <ul>
                {now.value.names.map((name) => (
                  <li key={name}>
                    {name}: <a href={hrefOf({ view: "run", program: name, parameters: {} })}>run it</a>,{" "}
                    <a href={hrefOf({ view: "explore", program: name, parameters: {} })}>explore it</a>
                  </li>
                ))}
              </ul>
            </Message>
          )
      )}
    </Panel>
  );
}

async function taken(text: string, signal: AbortSignal): Promise<Used> {
  const bundled = await codeOf(text);
  if ("faults" in bundled) return bundled;
  const programs = await ask("inspect", null, { signal, own: bundled.code });
  ownModule.value = { text, code: bundled.code, programs };
  return { names: programs.map(({ name }) => name) };
}
