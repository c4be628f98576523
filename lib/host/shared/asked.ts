/**
 * What guests ask of the owner of their memory, and what they are answered: the payloads of `call` and `result` frames.
 *
 * - An operation travels as it is; a cancel token in a call's options travels as its name.
 * - An error arrives as one of the same class, with its data and its far stack.
 *
 * @example
 * ```ts
 * import { StateError } from "../../errors.ts";
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

import { type ErrorData, errorData, revivedError, StateError } from "../../errors.ts";
import { decode, encode } from "../../codec/mod.ts";
import type { Answer, CallOperation, Operation, Steps } from "../../memory/mod.ts";
import { CancelToken, type SharedThing } from "../../sync/mod.ts";

/** What a guest asks: an operation, or the next ticket. */
export type Asked = Operation | { readonly kind: "ticket" };

/** What the owner answers. */
export type Answered = { readonly value: unknown } | { readonly error: unknown };

/** A call as it travels: the cancel tokens of its options by name, in the order of the arguments. */
interface NamedCall extends CallOperation {
  readonly cancels: readonly (string | undefined)[];
}

/** Encodes what a guest asks. */
export function encodeAsked(asked: Asked): Uint8Array {
  if (asked.kind !== "call") return encode(asked);
  const { args } = asked;
  const cancels = args.map((arg) => hasToken(arg) ? arg.cancel.name : undefined);
  return encode({ ...asked, args: args.map((arg) => hasToken(arg) ? { ...arg, cancel: undefined } : arg), cancels });
}

/** Decodes what a guest asks, with the shared things of its task. */
export function decodeAsked(bytes: Uint8Array, things: ReadonlyMap<string, SharedThing>): Asked {
  const asked = decode(bytes) as Exclude<Asked, CallOperation> | NamedCall;
  if (asked.kind !== "call") return asked;
  const { cancels, args, ...rest } = asked;
  const withCancel = (arg: unknown, index: number): unknown => {
    const name = cancels[index];
    return name === undefined ? arg : { ...(arg as object), cancel: tokenOf(things, name) };
  };
  return { ...rest, args: args.map(withCancel) };
}

/**
 * The steps that do what a guest asks, with the shared things of its task.
 *
 * @throws {StateError} where it calls what no shared thing has.
 */
export function askedSteps(asked: Operation, things: ReadonlyMap<string, SharedThing>): Steps<unknown> {
  if (asked.kind !== "call") return stepOf(asked);
  const { object, method, args } = asked;
  const thing = things.get(object);
  const steps: unknown = thing === undefined ? undefined : Reflect.get(thing, method);
  if (typeof steps !== "function") {
    throw new StateError(`Cannot call ${object}.${method}: there is no such method, one of a shared thing is wanted`);
  }
  // The guest yielded this call from the method of that name, which returns steps.
  return Reflect.apply(steps, thing, args) as Steps<unknown>;
}

function* stepOf(operation: Operation): Generator<Operation, Answer, unknown> {
  return (yield operation) as Answer;
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

function tokenOf(things: ReadonlyMap<string, SharedThing>, name: string): CancelToken {
  const token = things.get(name);
  if (token instanceof CancelToken) return token;
  throw new StateError(`Cannot cancel by ${name}: it is no cancel token here, one of the program's is wanted`);
}

function hasToken(arg: unknown): arg is { readonly cancel: CancelToken } {
  return typeof arg === "object" && arg !== null && "cancel" in arg && arg.cancel instanceof CancelToken;
}
