/**
 * One abort listener per signal for all who wait for it: adding or removing a listener scans all others of the signal,
 * so with one listener each, thousands of calls with one signal would be thousands of times slower.
 *
 * - Invariant: a signal has one listener of this module while somebody waits for its abort, and none otherwise.
 */

interface Listener {
  readonly callbacks: Set<() => void>;
  readonly listen: () => void;
}

const listeners = new WeakMap<AbortSignal, Listener>();

/** Calls back when the signal aborts, unless the returned function is called first. */
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
