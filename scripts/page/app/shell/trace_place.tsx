/**
 * Where a trace file is shown, in the place of a view; what draws it is loaded with the first one.
 */

import { useSignal } from "@preact/signals";
import type { ComponentType, JSX } from "preact";
import { useEffect } from "preact/hooks";
import { Message } from "../parts/message.tsx";
import { traceFile } from "./files.tsx";

/** The trace that is open. */
export function TracePlace(): JSX.Element {
  const shown = useSignal<ComponentType<{ readonly name: string; readonly text: string; onClose(): void }> | undefined>(
    undefined,
  );
  const fault = useSignal("");
  useEffect(() => {
    import("../trace/view.tsx").then(
      ({ TraceView }) => shown.value = TraceView,
      (error) => fault.value = String(error),
    );
  }, []);
  const { value: file } = traceFile;
  const { value: View } = shown;
  if (fault.value !== "") return <Message kind="error" title="The trace cannot be shown">{fault.value}</Message>;
  return (
    <section id="view" class="view" aria-label="Trace">
      {View === undefined || file === undefined
        ? <p class="loading" role="status">Loading...</p>
        : <View {...file} onClose={() => traceFile.value = undefined} />}
    </section>
  );
}
