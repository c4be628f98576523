/**
 * The part of Chrome's trace format that traces use.
 */

/**
 * An event of the format: `M` names a process or lane, `X` is a span, `s`, `t` and `f` make an arrow, `C` is a counter.
 */
export interface TraceEvent {
  /** What happened. */
  readonly name: string;
  /** The phase. */
  readonly ph: "M" | "X" | "s" | "t" | "f" | "C";
  /** The process, which is a run. */
  readonly pid: number;
  /** The lane. */
  readonly tid: number;
  /** The time in microseconds. */
  readonly ts: number;
  /** The duration in microseconds. */
  readonly dur?: number;
  /** The category of an arrow. */
  readonly cat?: string;
  /** The id of an arrow. */
  readonly id?: string;
  /** Says that an arrow ends in the span that encloses its end. */
  readonly bp?: "e";
  /** Further data. */
  readonly args: Readonly<Record<string, unknown>>;
}
