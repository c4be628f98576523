/**
 * The items of a call, one by one, at the reader's pace.
 *
 * - Invariant: at most `WINDOW` items have been sent and not taken.
 * - Leaving the loop ends the call: if it is waiting, it is canceled; if it is running, its function is told to return,
 *   and its guest is given up if that takes more than a few seconds.
 */

import { CancelledError } from "../errors.ts";
import { WINDOW } from "../host/mod.ts";
import { after } from "../platform/mod.ts";
import type { Call } from "./call.ts";

/** How long a function may take to return once its items are no longer wanted, in milliseconds. */
const GRACE = 5000;

/** Yields the items of a call, which is submitted when the first item is requested. */
export async function* streamed<T>(
  submit: (onItem: (value: unknown) => void) => Promise<Call>,
  { grace = GRACE }: { readonly grace?: number } = {},
): AsyncGenerator<T, void> {
  const items: unknown[] = [];
  let wake = (): void => {};
  const call = await submit((value) => {
    items.push(value);
    wake();
  });
  call.isFetched = true;
  call.whenSettled(() => wake());
  let taken = 0;
  try {
    for (;;) {
      if (items.length > 0) {
        yield items.shift() as T;
        if (++taken % (WINDOW / 2) === 0) call.pull?.(WINDOW / 2);
      } else if (call.outcome === undefined) {
        await new Promise<void>((resolve) => void (wake = resolve));
      } else if ("error" in call.outcome) throw call.outcome.error;
      else return;
    }
  } finally {
    const leave = () => call.giveUp(new CancelledError("Cannot go on: the reader has left the loop"));
    if (call.state === "waiting") leave();
    else call.pull?.(0);
    call.whenSettled(after(grace, leave));
  }
}
