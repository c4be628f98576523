/**
 * Which programs cannot run on a page, and why.
 */

/** What a browser does not give a program. */
const WANTING: Readonly<Record<string, string>> = {
  multitasking:
    "It reads a file again and again, and a browser has none. It runs in a terminal: deno task run multitasking",
};

/** What is asked. */
interface Wish {
  readonly name: string;
  readonly mode: "direct" | "thread";
  /** Whether workers can share memory. */
  readonly isolated: boolean;
}

/** Why a program cannot run on this page, in a sentence; undefined where it can. */
export function whyNot({ name, mode, isolated }: Wish): string | undefined {
  const wanting = WANTING[name];
  if (wanting !== undefined) return wanting;
  if (mode === "thread" && !isolated) {
    return "Its threads share memory, which needs the headers that isolate this page. Direct mode works.";
  }
  return undefined;
}
