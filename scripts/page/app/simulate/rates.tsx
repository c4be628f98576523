/**
 * How fast runs were, as bars against the most that is possible.
 */

import type { JSX } from "preact";
import type { SimulateAnswer } from "../../work/simulate.ts";

/** A run that has ended, and what was asked for. */
export interface Ended {
  readonly id: number;
  readonly title: string;
  readonly answer: SimulateAnswer;
}

/** The bars, the newest first. */
export function Rates({ runs }: { readonly runs: readonly Ended[] }): JSX.Element {
  const same = new Set(runs.map(({ answer }) => answer.certificate)).size === 1;
  return (
    <>
      <ul class="rates">
        {runs.map(({ id, title, answer: { rate, limit, reason, lag, overruns, updates } }) => (
          <li key={id}>
            <span class="rate-title">{title}</span>
            {limit !== null && (
              <meter min={0} max={Math.max(limit, rate)} value={rate} aria-label={`${title}: rate against its limit`}>
                {percent(rate / limit)}
              </meter>
            )}
            <span class="rate-value">{number(rate)} s/s</span>
            <span class="rate-about">
              {limit === null
                ? `No limit: ${reason}`
                : `${percent(rate / limit)} of at most ${number(limit)}: ${reason}`}
              {`. ${updates} updates, ${overruns} late, lag of ${lag} ${lag === 1 ? "period" : "periods"}.`}
            </span>
          </li>
        ))}
      </ul>
      {runs.length > 1 && <p class="claim">{same ? "All had the same rows." : "Their rows differ."}</p>}
    </>
  );
}

function percent(part: number): string {
  return `${Math.round(part * 100)} %`;
}

/** Three digits, without an exponent. */
function number(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString("en") : value.toPrecision(3);
}
