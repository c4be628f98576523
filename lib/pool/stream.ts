/**
 * The items of a call, one after another, at the pace of who takes them.
 *
 * - Invariant: at most `WINDOW` items are sent that nobody has taken.
 * - Who leaves the loop ends the call: where it waits it is cancelled, where it runs its function is told to return, and its
 *   guest is given up where that takes longer than some seconds.
 */

import { CancelledError } from "../errors.ts";
import { WINDOW } from "../host/mod.ts";
import { after } from "../platform/mod.ts";
import type { Call } from "./call.ts";

/** How long a function may take to return whose items nobody wants any longer, in milliseconds. */
const GRACE = 5000;

/** Gives the items of a call, which is submitted when the first is asked for. */
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
    const leave = () => call.giveUp(new CancelledError("Cannot go on: who asked has left the loop"));
    if (call.state === "waiting") leave();
    else call.pull?.(0);
    call.whenSettled(after(grace, leave));
  }
}
