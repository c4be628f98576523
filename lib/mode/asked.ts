/**
 * What guests ask of the owner of their memory, and what they are answered: the payloads of `call` and `result` frames.
 *
 * - An operation travels as it is; a cancel token in a call's options travels as its name.
 * - An error arrives as one of the same class, with its data and its far stack.
 *
 * @example
 * ```ts
 * import { StateError } from "../errors.ts";
 * import { decodeAnswer, encodeAnswer } from "./asked.ts";
 *
 * const error = new StateError("Cannot release guard: it is free, a lock that the task holds is wanted");
 * let caught: unknown;
 * try {
 *   decodeAnswer(encodeAnswer({ error }));
 * } catch (thrown) {
 *   caught = thrown;
 * }
 * if (!(caught instanceof StateError)) throw new Error("the class crosses");
 * ```
 *
 * @module
 */

import { type ErrorData, errorData, revivedError } from "../errors.ts";
import { decode, encode } from "../mailbox/mod.ts";
import type { Operation } from "../memory/mod.ts";
import { CancelToken, type SharedThing } from "../sync/mod.ts";

/** What a guest asks: an operation, or the next ticket. */
export type Asked = Operation | { readonly kind: "ticket" };

/** What the owner answers. */
export type Answered = { readonly value: unknown } | { readonly error: unknown };

/** A cancel token, as it travels. */
interface NamedToken {
  readonly token: string;
}

/** Encodes what a guest asks. */
export function encodeAsked(asked: Asked): Uint8Array {
  if (asked.kind !== "call") return encode(asked);
  return encode({ ...asked, args: asked.args.map((arg) => withCancel(arg, nameToken)) });
}

/** Decodes what a guest asks, with the shared things of its task. */
export function decodeAsked(bytes: Uint8Array, things: ReadonlyMap<string, SharedThing>): Asked {
  const asked = decode(bytes) as Asked;
  if (asked.kind !== "call") return asked;
  const find = (cancel: unknown): unknown => things.get((cancel as NamedToken).token);
  return { ...asked, args: asked.args.map((arg) => withCancel(arg, find)) };
}

/** Encodes what the owner answers. */
export function encodeAnswer(answered: Answered): Uint8Array {
  return encode("error" in answered ? { error: errorData(answered.error) } : answered);
}

/** Gives what the owner answered, or throws it. */
export function decodeAnswer(bytes: Uint8Array): unknown {
  const answered = decode(bytes) as { value?: unknown; error?: ErrorData };
  if (answered.error !== undefined) throw revivedError(answered.error);
  return answered.value;
}

function nameToken(cancel: unknown): unknown {
  return cancel instanceof CancelToken ? { token: cancel.name } satisfies NamedToken : cancel;
}

/** An argument whose `cancel`, where it has one, is changed. */
function withCancel(arg: unknown, change: (cancel: unknown) => unknown): unknown {
  if (typeof arg !== "object" || arg === null || !("cancel" in arg) || arg.cancel === undefined) return arg;
  return { ...arg, cancel: change(arg.cancel) };
}
