/**
 * The requests of guests to the owner of their memory, and the answers: the payloads of `ask` and `result` frames.
 *
 * - An operation is sent as it is; a cancel token in a call's options is sent as its name.
 * - A guest's request is data: each part is validated before it is used, and unknown parts are ignored.
 * - A guest may call only the methods on a thing's list, and directly access only what is open to all: see
 *   {@linkcode Things}.
 * - An error arrives as one of the same class, with its data and its far stack.
 */

import { type ErrorData, errorData, ProtocolError, revivedError, StateError } from "../../errors.ts";
import { decode, encode } from "../../codec/mod.ts";
import type { Answer, CallOperation, Operation, Steps } from "../../memory/mod.ts";
import { CancelToken, type SharedThing, type Things } from "../../sync/mod.ts";

/** A guest's request: an operation, or the next ticket. */
export type MemoryRequest = Operation | { readonly kind: "ticket" };

/** The owner's answer. */
export type Answered = { readonly value: unknown } | { readonly error: unknown };

/** A call as a message: with the cancel tokens of its options by name, in the order of the arguments. */
interface NamedCall extends CallOperation {
  readonly cancels: readonly (string | undefined)[];
}

/** More arguments than any call has. */
const MOST_ARGS = 256;

/** Validates a part of a request; some parts depend on others. */
type Check = (value: unknown, request: Readonly<Record<string, unknown>>) => boolean;

const isText: Check = (value) => typeof value === "string";
const isNumber: Check = (value) => typeof value === "number" && !Number.isNaN(value);
const isWhole: Check = (value) => Number.isSafeInteger(value);
const isCount: Check = (value) => value === Infinity || Number.isSafeInteger(value);
const isFlag: Check = (value) => typeof value === "boolean";
const isBytes: Check = (value) => value instanceof Uint8Array;
const isValue: Check = (value, { cell }) => cell === "i64" ? typeof value === "bigint" : typeof value === "number";
const isCell: Check = (value) => value === "i32" || value === "i64" || value === "f64";
const isOrder: Check = (value) => value === "atomic" || value === "plain";
const isList: Check = (value) => Array.isArray(value) && value.length <= MOST_ARGS;
const isCancels: Check = (value, { args }) =>
  Array.isArray(value) && Array.isArray(args) && value.length === args.length &&
  value.every((name, index) => name === undefined || (typeof name === "string" && isOptions(args[index])));

const place = { cell: isCell, word: isWhole, order: isOrder };
const change = { ...place, value: isValue };

/** The closed set of requests, and the parts of each. */
const PARTS_OF: Readonly<Record<MemoryRequest["kind"], Readonly<Record<string, Check>>>> = {
  call: { object: isText, method: isText, args: isList, cancels: isCancels },
  load: place,
  store: change,
  add: change,
  exchange: change,
  compareExchange: { ...place, expected: isValue, replacement: isValue },
  wait: { word: isWhole, expected: isNumber, deadline: optional(isNumber), polls: optional(isFlag) },
  notify: { word: isWhole, count: isCount },
  read: { offset: isWhole, length: isWhole, into: optional(isBytes) },
  write: { offset: isWhole, bytes: isBytes },
  now: {},
  sleep: { until: isNumber },
  choose: { n: isNumber },
  ticket: {},
};
const PARTS = new Map<unknown, [part: string, check: Check][]>(
  Object.entries(PARTS_OF).map(([kind, parts]) => [kind, Object.entries(parts)]),
);

/** Encodes a request. */
export function encodeRequest(request: MemoryRequest): Uint8Array {
  if (request.kind !== "call") return encode(request);
  const { args } = request;
  const cancels = args.map((arg) => hasToken(arg) ? arg.cancel.name : undefined);
  return encode({ ...request, args: args.map((arg) => hasToken(arg) ? { ...arg, cancel: undefined } : arg), cancels });
}

/**
 * Decodes a guest's request, with the shared things of its task.
 *
 * @throws {ProtocolError} if it is not a valid request.
 * @throws {StateError} if it names a cancel token that the task does not have.
 */
export function decodeRequest(bytes: Uint8Array, things: ReadonlyMap<string, SharedThing>): MemoryRequest {
  const request = checked(bytes);
  if (request.kind !== "call") return request;
  const { cancels, args, ...rest } = request;
  const withCancel = (arg: unknown, index: number): unknown => {
    const name = cancels[index];
    return name === undefined ? arg : { ...(arg as object), cancel: tokenOf(things, name) };
  };
  return { ...rest, args: args.map(withCancel) };
}

/**
 * The steps that perform a guest's request, with the shared things of its task.
 *
 * @throws {StateError} if it calls a method that is on no shared thing's list, or accesses what is not open to all.
 */
export function requestSteps(request: Operation, things: Things): Steps<unknown> {
  if (request.kind !== "call") {
    if (things.allows?.(request) === true) return stepOf(request);
    throw new StateError(
      `Cannot ${request.kind} there: the place belongs to the methods of a shared thing, a call of one is wanted`,
    );
  }
  const { object, method, args } = request;
  const thing = things.get(object);
  const steps: unknown = thing?.calls?.includes(method) === true ? Reflect.get(thing, method) : undefined;
  if (typeof steps !== "function") {
    throw new StateError(
      `Cannot call ${object}.${method}: it is no call, ${
        thing?.calls?.join(", ") ?? "one of a shared thing"
      } is wanted`,
    );
  }
  // A method on the list returns steps.
  return Reflect.apply(steps, thing, args) as Steps<unknown>;
}

/** Decodes a request: only its known parts, each validated. */
function checked(bytes: Uint8Array): Exclude<MemoryRequest, CallOperation> | NamedCall {
  const given = decoded(bytes);
  const { kind } = given;
  const parts = PARTS.get(kind);
  if (parts === undefined) throw noOperation("kind");
  const request: Record<string, unknown> = { kind };
  for (const [part, check] of parts) {
    if (!check(given[part], given)) throw noOperation(part);
    request[part] = given[part];
  }
  // It has all parts of its kind.
  return request as unknown as ReturnType<typeof checked>;
}

function decoded(bytes: Uint8Array): Readonly<Record<string, unknown>> {
  try {
    const given = decode(bytes);
    return isOptions(given) ? given as Record<string, unknown> : {};
  } catch (cause) {
    throw noOperation("encoding", cause);
  }
}

function noOperation(part: string, cause?: unknown): ProtocolError {
  return new ProtocolError(`Cannot perform a guest's request: its ${part} is invalid, an operation is wanted`, {
    cause,
  });
}

function optional(check: Check): Check {
  return (value, request) => value === undefined || check(value, request);
}

function isOptions(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function* stepOf(operation: Operation): Generator<Operation, Answer, unknown> {
  return (yield operation) as Answer;
}

/** Encodes the owner's answer. */
export function encodeAnswer(answered: Answered): Uint8Array {
  return encode("error" in answered ? { error: errorData(answered.error) } : answered);
}

/** Returns the result in the owner's answer, or throws its error. */
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
