/**
 * Operations as a program writes them, for people: `count.add(2) = 0`, `guard.acquire({timeout: 1})`.
 *
 * - An argument that is bytes is shown as the value that they encode, and a shared thing by its name.
 */

import { decode } from "../../codec/mod.ts";
import { type Answer, calledName, type CallOperation, type Layout, type Operation } from "../../memory/mod.ts";
import { dataText } from "../../program/mod.ts";
import { Failure } from "../prompter.ts";
import { argumentText, numberText } from "../whole_text.ts";

/** A call as a program writes it. */
function callText({ object, method, args }: CallOperation): string {
  const texts = args.flatMap((argument) => argument === undefined ? [] : [givenText(argument)]);
  return `${object}.${calledName(method)}(${texts.filter((text) => text !== "{}").join(", ")})`;
}

/** An argument as text. Undefined properties are not shown, and bytes are shown as the value that they encode. */
function givenText(argument: unknown): string {
  if (argument instanceof Uint8Array) return encodedText(argument);
  if (typeof argument === "string") return JSON.stringify(argument);
  if (typeof argument !== "object" || argument === null) return argumentText(argument);
  if ("name" in argument && typeof argument.name === "string") return argument.name;
  const entries = Object.entries(argument).filter(([, value]) => value !== undefined && value !== Infinity);
  return `{${entries.map(([key, value]) => `${key}: ${givenText(value)}`).join(", ")}}`;
}

/** The value that bytes encode, as text, or the number of bytes if they encode none. */
function encodedText(bytes: Uint8Array): string {
  try {
    return dataText(decode(bytes));
  } catch {
    return `${bytes.length} bytes`;
  }
}

/** An operation as a program writes it, with its answer; indented within a call. */
export function actionText(
  operation: Operation,
  { answer, layout, call }: {
    readonly answer?: Answer | Failure;
    readonly layout: Layout;
    readonly call?: CallOperation | undefined;
  },
): string {
  const inside = call === undefined || operation.kind === "call" ? "" : "  ";
  if (answer instanceof Failure) return `${inside}${asWritten(operation, layout)} throws ${answer.error}`;
  const shows = typeof answer === "number" || typeof answer === "bigint" || typeof answer === "string";
  const gives = shows ? ` = ${typeof answer === "number" ? numberText(answer) : answer}` : "";
  return `${inside}${asWritten(operation, layout)}${gives}`;
}

function asWritten(operation: Operation, layout: Layout): string {
  switch (operation.kind) {
    case "call":
      return callText(operation);
    case "load":
      return `${layout.nameOf(operation.word)}.load()`;
    case "store":
    case "add":
    case "exchange":
      return `${layout.nameOf(operation.word)}.${operation.kind}(${numberText(operation.value)})`;
    case "compareExchange":
      return `${layout.nameOf(operation.word)}.compareExchange(${numberText(operation.expected)}, ${
        numberText(operation.replacement)
      })`;
    case "wait":
      if (operation.polls) return `${layout.nameOf(operation.word)}.waitWhile(${operation.expected})`;
      return `wait(${layout.nameOf(operation.word)}, ${operation.expected})`;
    case "notify":
      return `notify(${layout.nameOf(operation.word)}${operation.count === Infinity ? "" : `, ${operation.count}`})`;
    case "read":
    case "write": {
      const { offset } = operation;
      const range = layout.toTable().bytes.findLast((entry) => entry.offset <= offset);
      const length = operation.kind === "read" ? operation.length : operation.bytes.length;
      return `${range?.name ?? "bytes"}.${operation.kind}(${offset - (range?.offset ?? 0)}, ${length} bytes)`;
    }
    case "now":
      return "now()";
    case "sleep":
      return `pause until ${operation.until} ms`;
    case "choose":
      return `choose(${operation.n})`;
  }
}

/** How a task continues after it waited in an operation. */
export function wakeText(operation: Operation, answer: Answer | Failure): string {
  if (operation.kind === "sleep") return "goes on";
  return answer === "timed-out" ? "times out" : "is woken";
}
