/**
 * The ground of a browser: the caller's own realm. A bundle for browsers has this instead of `../vm_ground.ts`.
 *
 * - A strict content security policy allows no function from a string, but allows importing a Blob as a module. So a
 *   function that is needed and not yet compiled is refused with an error that can compile it.
 */

import { errorText, ScenarioError } from "../../errors.ts";
import { CallersRealm } from "../callers_realm.ts";
import { type Drain, type FunctionText, type Ground, NeedsCompiledError, NeedsTurnError } from "../ground.ts";

type Compiled = (...args: readonly unknown[]) => never;

/** The global names of the language; a worker has no separate realm to ask for them. */
const LANGUAGE = (
  "AggregateError Array ArrayBuffer AsyncDisposableStack Atomics BigInt BigInt64Array BigUint64Array Boolean DataView Date " +
  "DisposableStack Error EvalError FinalizationRegistry Float16Array Float32Array Float64Array Function Infinity Int16Array " +
  "Int32Array Int8Array Intl Iterator JSON Map Math NaN Number Object Promise Proxy RangeError ReferenceError Reflect RegExp Set " +
  "String SuppressedError Symbol SyntaxError Temporal TypeError URIError Uint16Array Uint32Array Uint8Array " +
  "Uint8ClampedArray WeakMap WeakRef WeakSet WebAssembly console decodeURI decodeURIComponent encodeURI encodeURIComponent escape " +
  "eval globalThis isFinite isNaN parseFloat parseInt undefined unescape"
).split(" ");

const MOST_KEPT = 32;
const kept = new Map<string, Compiled>();

/** Creates the ground of a drain. */
export function groundOf(drain: Drain): Ground {
  if (drain === "turn") return new CallersRealm(LANGUAGE, compiled);
  throw new NeedsTurnError(
    "Cannot drain by own-queue: a browser has one queue for all, turn (the turns of its event loop) is wanted",
  );
}

function compiled(text: FunctionText): Compiled {
  const { names, around: [before, after], code, filename } = text;
  // The code begins on the first line, so that its line numbers stay the same.
  const module = `export default function (${
    names.join(", ")
  }) { ${before} ${code}\n${after}\n}\n//# sourceURL=${filename}`;
  const known = kept.get(module);
  if (known !== undefined) return known;
  throw new NeedsCompiledError(async () => {
    const url = URL.createObjectURL(new Blob([module], { type: "text/javascript" }));
    try {
      const made = await import(url);
      if (kept.size >= MOST_KEPT) kept.clear();
      kept.set(module, made.default);
    } catch (cause) {
      throw new ScenarioError(`Cannot compile ${filename}: ${errorText(cause)}`, { cause });
    } finally {
      URL.revokeObjectURL(url);
    }
  });
}
