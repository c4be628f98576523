/**
 * Work that a view has asked for, as a signal: nothing yet, at work, done, or failed.
 *
 * - Work that is started while other work runs ends that first; so does a view that is closed.
 */

import { useSignal } from "@preact/signals";
import type { ReadonlySignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { isAbort } from "../bridge.ts";

/** Where the work is. */
export type Work<T> =
  | { readonly state: "none" }
  | { readonly state: "working" }
  | { readonly state: "ended" }
  | { readonly state: "done"; readonly value: T }
  | { readonly state: "failed"; readonly error: Error };

/** What a view does with its work. */
export interface Task<T> {
  readonly work: ReadonlySignal<Work<T>>;
  start(body: (signal: AbortSignal) => Promise<T>): void;
  end(): void;
}

/** Work of a view. */
export function useTask<T>(): Task<T> {
  const work = useSignal<Work<T>>({ state: "none" });
  const running = useRef<AbortController | undefined>(undefined);
  const end = (): void => running.current?.abort();
  useEffect(() => end, []);
  const start = (body: (signal: AbortSignal) => Promise<T>): void => {
    end();
    const controller = new AbortController();
    running.current = controller;
    const settle = (next: Work<T>): void => {
      if (running.current === controller) work.value = next;
    };
    work.value = { state: "working" };
    body(controller.signal).then(
      (value) => settle({ state: "done", value }),
      (error: unknown) => {
        if (isAbort(error)) settle({ state: "ended" });
        else settle({ state: "failed", error: error instanceof Error ? error : new Error(String(error)) });
      },
    );
  };
  return { work, start, end };
}
