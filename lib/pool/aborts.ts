/**
 * One listener on a signal for whoever waits for its abort: a signal looks through all its listeners whenever one comes or
 * goes, so thousands of calls with one signal would cost a thousand times as much each.
 *
 * - Invariant: a signal has a listener of this module while somebody waits for its abort, and no more than one.
 */

interface Listener {
  readonly callbacks: Set<() => void>;
  readonly listen: () => void;
}

const listeners = new WeakMap<AbortSignal, Listener>();

/** Calls back when the signal aborts, unless what it gives is called before. */
export function onAbort(signal: AbortSignal, callback: () => void): () => void {
  const { callbacks, listen } = listeners.get(signal) ?? listenTo(signal);
  callbacks.add(callback);
  return () => {
    if (!callbacks.delete(callback) || callbacks.size > 0) return;
    signal.removeEventListener("abort", listen);
    listeners.delete(signal);
  };
}

function listenTo(signal: AbortSignal): Listener {
  const callbacks = new Set<() => void>();
  const listen = () => {
    for (const callback of [...callbacks]) callback();
  };
  const listener = { callbacks, listen };
  listeners.set(signal, listener);
  signal.addEventListener("abort", listen);
  return listener;
}
