/**
 * Chrome's trace format, as far as traces use it.
 */

/** An event of the format: `M` names a process or a lane, `X` is a span, `s`, `t` and `f` an arrow, `C` a counter. */
export interface TraceEvent {
  /** What happened. */
  readonly name: string;
  /** The phase. */
  readonly ph: "M" | "X" | "s" | "t" | "f" | "C";
  /** The process: a run. */
  readonly pid: number;
  /** The lane. */
  readonly tid: number;
  /** When, in microseconds. */
  readonly ts: number;
  /** How long, in microseconds. */
  readonly dur?: number;
  /** What kind of arrow. */
  readonly cat?: string;
  /** Which arrow. */
  readonly id?: string;
  /** That an arrow ends in the span around its end. */
  readonly bp?: "e";
  /** More about it. */
  readonly args: Readonly<Record<string, unknown>>;
}
