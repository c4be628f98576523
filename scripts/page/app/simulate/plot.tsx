/**
 * Signals as curves that grow, drawn by uPlot: a step for each change, since a value holds until the next.
 *
 * - Curves differ by color and by dash. What can be read without seeing it is the table beside it.
 */

import type { ReadonlySignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type uPlot from "uplot";
import { colorsOf } from "../parts/colors.ts";
import { theme } from "../state.ts";
import type { Signals } from "./signals.ts";

/** Curves beyond these repeat the colors. */
export const CURVES = 8;

const DASHES: readonly (readonly number[])[] = [[], [8, 4], [2, 3], [10, 4, 2, 4]];

/** What the plot is told. */
interface PlotProps {
  readonly signals: Signals;
  /** Changes whenever rows were added. */
  readonly version: ReadonlySignal<number>;
  /** The time that is looked at, as a line. */
  readonly at: number | undefined;
}

/** The plot. */
export function Plot({ signals, version, at }: PlotProps): JSX.Element {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | undefined>(undefined);
  const look = useRef(at);
  look.current = at;
  useEffect(() => {
    const box = place.current;
    if (box === null) return;
    let gone = false;
    let watch: ResizeObserver | undefined;
    void import("uplot").then(({ default: Plot }) => {
      if (gone) return;
      const made = new Plot(optionsOf(Plot, { signals, box, look }), dataOf(signals), box);
      plot.current = made;
      watch = new ResizeObserver(() => made.setSize(sizeOf(box)));
      watch.observe(box);
    });
    return () => {
      gone = true;
      watch?.disconnect();
      plot.current?.destroy();
      plot.current = undefined;
    };
  }, [signals, theme.value]);
  useEffect(() => plot.current?.setData(dataOf(signals)), [version.value]);
  useEffect(() => plot.current?.redraw(false), [at]);
  const names = signals.columns.join(", ");
  return <div class="plot" ref={place} role="img" aria-label={`${names} over time; the table has their values`} />;
}

function optionsOf(
  Plot: typeof uPlot,
  { signals, box, look }: {
    readonly signals: Signals;
    readonly box: HTMLElement;
    readonly look: { readonly current: number | undefined };
  },
): uPlot.Options {
  const color = colorsOf(box);
  const stepped = Plot.paths.stepped?.({ align: 1 });
  const axis = { stroke: color("muted"), grid: { stroke: color("line"), width: 1 }, ticks: { stroke: color("line") } };
  return {
    ...sizeOf(box),
    legend: { show: false },
    cursor: { show: false },
    scales: { x: { time: false } },
    axes: [{ ...axis, label: "t in s", labelSize: 20, size: 36 }, { ...axis, size: 60 }],
    series: [
      {},
      ...signals.columns.map((label, index) => ({
        label,
        stroke: color(`curve-${index % CURVES}`),
        width: 2,
        dash: [...DASHES[Math.floor(index / 2) % DASHES.length] ?? []],
        points: { show: false },
        ...(stepped === undefined ? {} : { paths: stepped }),
      })),
    ],
    hooks: {
      draw: [({ ctx, bbox, valToPos }) => {
        if (look.current === undefined) return;
        const x = valToPos(look.current, "x", true);
        ctx.save();
        ctx.strokeStyle = color("muted");
        ctx.setLineDash([3, 3]);
        ctx.beginPath();
        ctx.moveTo(x, bbox.top);
        ctx.lineTo(x, bbox.top + bbox.height);
        ctx.stroke();
        ctx.restore();
      }],
    },
  };
}

function dataOf({ times, values }: Signals): uPlot.AlignedData {
  return [times, ...values];
}

function sizeOf(box: HTMLElement): { readonly width: number; readonly height: number } {
  return {
    width: Math.max(200, box.clientWidth),
    height: Math.round(Math.min(380, Math.max(220, box.clientWidth / 3))),
  };
}
