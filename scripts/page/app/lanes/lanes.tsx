/**
 * Lanes on the page: who runs, who waits and for whom, who holds what, with a cursor, zoom and pan.
 *
 * - A click sets the cursor, a drag moves the picture, the wheel with Ctrl zooms. On the keyboard: arrows go from event to
 *   event, with Shift they move the picture; + and - zoom, 0 shows all, Home and End go to the ends.
 * - What is drawn is also told: what the lanes do at the cursor is the text of the slider that the canvas is.
 */

import { type Signal, useSignal, useSignalEffect } from "@preact/signals";
import type { CanvasHTMLAttributes, JSX } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import type { Film } from "../film/film.ts";
import type { Scale, ScaleName } from "../film/scale.ts";
import { Button } from "../parts/button.tsx";
import { theme } from "../state.ts";
import { type Arrow, laneAt, paintCursor, paintLanes, type Picture, shapeOf } from "./painter.ts";
import { type Palette, paletteOf } from "./palette.ts";
import { Strips } from "./strips.ts";
import { ticksOf, timeText } from "./ticks.ts";
import { tracksOf } from "./tracks.ts";
import { moved, type View, whole, zoomed } from "./view_window.ts";

/** What lanes are told. */
interface LanesProps {
  readonly film: Film;
  readonly scale: Scale;
  readonly scaleName: ScaleName;
  /** The time that is looked at. */
  readonly time: Signal<number>;
  /** Whom lanes wait for at a time. */
  readonly arrowsAt?: (time: number) => readonly Arrow[];
  /** What the lanes do at a time, in a sentence. */
  readonly tell: (time: number) => string;
  /** Whether a millisecond stands for a step. */
  readonly counts?: boolean;
}

/** The lanes. */
export function Lanes({ film, scale, scaleName, time, arrowsAt, tell, counts = false }: LanesProps): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  const above = useRef<HTMLCanvasElement>(null);
  const width = useSignal(0);
  const view = useSignal<View>(whole(scale.length));
  const hint = useSignal("");
  const palette = useRef<{ readonly key: string; readonly palette: Palette } | undefined>(undefined);
  const tracks = useMemo(() => tracksOf(film, scale), [film, scale]);
  const strips = useMemo(() => new Strips(), []);
  const shape = shapeOf(tracks.length, width.value);
  useEffect(() => {
    view.value = whole(scale.length);
  }, [scale]);
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => {
      if (entry !== undefined) width.value = Math.floor(entry.contentRect.width);
    });
    if (canvas.current?.parentElement) observer.observe(canvas.current.parentElement);
    return () => observer.disconnect();
  }, []);
  const windowOf = () => ({ ...view.peek(), width: Math.max(1, width.peek() - shape.head) });
  const drawOn = <T,>(
    element: HTMLCanvasElement | null,
    paint: (context: CanvasRenderingContext2D, picture: Picture) => T,
  ): T | undefined => {
    const context = element?.getContext("2d");
    if (!element || !context || width.peek() === 0) return undefined;
    const ratio = devicePixelRatio;
    const [wide, high] = [
      Math.round(width.peek() * ratio),
      Math.round((tracks.length * shape.row + shape.axis) * ratio),
    ];
    if (element.width !== wide || element.height !== high) {
      element.width = wide;
      element.height = high;
    }
    const key = `${theme.peek()} ${matchMedia("(prefers-color-scheme: dark)").matches}`;
    if (palette.current?.key !== key) palette.current = { key, palette: paletteOf(element, context) };
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    const seen = windowOf();
    return paint(context, {
      tracks,
      shape,
      window: seen,
      ratio,
      cursor: scale.placeOf(time.peek()),
      arrows: arrowsAt?.(time.peek()) ?? [],
      ticks: ticksOf(seen, { scale, name: scaleName, counts }),
      palette: palette.current.palette,
    });
  };
  const inputs = [film, scale, shape.row, shape.head];
  const paintAll = (context: CanvasRenderingContext2D, picture: Picture) => paintLanes(context, picture, strips);
  useFrames(() => drawOn(canvas.current, paintAll) ?? true, [view, width, theme], inputs);
  useFrames(() => (drawOn(above.current, paintCursor), true), [time, view, width, theme], inputs);
  // The cursor stays in sight while it moves.
  useSignalEffect(() => {
    const place = scale.placeOf(time.value);
    const { from, to } = view.peek();
    if (place < from || place > to) view.value = moved(view.peek(), place - from - (to - from) / 4, scale.length);
  });
  const pointer = usePointer({
    click: (x, y) => {
      const found = laneAt({ tracks, shape, window: windowOf() }, { x, y });
      if (found !== undefined) time.value = scale.timeAt(Math.max(0, Math.min(scale.length, found.place)));
    },
    drag: (by) => {
      const { from, to, width } = windowOf();
      view.value = moved(view.peek(), -by / width * (to - from), scale.length);
    },
    hover: (x, y) => {
      const found = laneAt({ tracks, shape, window: windowOf() }, { x, y });
      if (found?.bar === undefined) return void (hint.value = "");
      const { lane, doing } = found.track;
      const at = (places: Float64Array) => timeText(scale.timeAt(places[found.bar ?? 0] ?? 0));
      hint.value = `${lane}: ${doing.names[found.bar]}, ${at(doing.from)} to ${at(doing.to)}`;
    },
  });
  const zoom = (factor: number, place = scale.placeOf(time.peek())): void => {
    view.value = zoomed(view.peek(), { factor, place, length: scale.length });
  };
  const onWheel = (event: WheelEvent): void => {
    if (!event.ctrlKey && !event.metaKey) {
      if (Math.abs(event.deltaX) <= Math.abs(event.deltaY)) return;
      event.preventDefault();
      const { from, to, width } = windowOf();
      view.value = moved(view.peek(), event.deltaX / width * (to - from), scale.length);
      return;
    }
    event.preventDefault();
    const found = laneAt({ tracks, shape, window: windowOf() }, { x: event.offsetX, y: 0 });
    zoom(Math.exp(event.deltaY / 300), found?.place);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const { from, to } = view.peek();
    const act = keyOf(event, {
      step: (direction) => time.value = scale.next(time.peek(), direction),
      pan: (direction) => view.value = moved(view.peek(), direction * (to - from) / 5, scale.length),
      zoom,
      all: () => view.value = whole(scale.length),
      go: (end) => time.value = end === "start" ? 0 : film.length,
    });
    if (act === undefined) return;
    event.preventDefault();
    act();
  };
  return (
    <div class="lanes">
      <div class="lanes-canvas" onMouseLeave={() => hint.value = ""}>
        <canvas
          ref={canvas}
          style={{ width: "100%", height: `${tracks.length * shape.row + shape.axis}px` }}
          role="slider"
          tabIndex={0}
          aria-label="Lanes: what each task does. The time that is looked at"
          aria-valuemin={0}
          aria-valuemax={film.length}
          aria-valuenow={time.value}
          aria-valuetext={tell(time.value)}
          onKeyDown={onKeyDown}
          onWheel={onWheel}
          {...pointer}
        />
        <canvas ref={above} class="above" aria-hidden="true" />
      </div>
      <div class="lanes-foot">
        <Legend />
        <p class="lanes-hint">{hint}</p>
        <div class="lanes-zoom" role="group" aria-label="Zoom">
          <Button kind="quiet" label="Zoom out" onClick={() => zoom(1.6)}>−</Button>
          <Button kind="quiet" label="Zoom in" onClick={() => zoom(1 / 1.6)}>+</Button>
          <Button kind="quiet" onClick={() => view.value = whole(scale.length)}>All</Button>
        </div>
      </div>
    </div>
  );
}

/** What colors and patterns mean. */
function Legend(): JSX.Element {
  const kinds = ["running", "waiting", "sleeping", "holding", "several"] as const;
  return (
    <ul class="lane-legend">
      {kinds.map((kind) => (
        <li key={kind}>
          <span class={`lane-swatch ${kind}`} aria-hidden="true" /> {kind}
        </li>
      ))}
    </ul>
  );
}

/** Draws once a frame where one of the signals, or what is drawn, has changed, and until the drawing says that it is whole. */
function useFrames(draw: () => boolean, signals: readonly Signal<unknown>[], inputs: readonly unknown[]): void {
  const latest = useRef(draw);
  latest.current = draw;
  const asked = useRef(0);
  const ask = (): void => {
    if (asked.current !== 0) return;
    asked.current = requestAnimationFrame(() => {
      asked.current = 0;
      if (!latest.current()) ask();
    });
  };
  useSignalEffect(() => {
    for (const signal of signals) void signal.value;
    ask();
  });
  useEffect(ask, inputs);
  useEffect(() => {
    const dark = matchMedia("(prefers-color-scheme: dark)");
    dark.addEventListener("change", ask);
    return () => {
      dark.removeEventListener("change", ask);
      cancelAnimationFrame(asked.current);
      asked.current = 0;
    };
  }, []);
}

/** What a pointer does: clicks, drags, hovers. */
function usePointer({ click, drag, hover }: {
  readonly click: (x: number, y: number) => void;
  readonly drag: (by: number) => void;
  readonly hover: (x: number, y: number) => void;
}): CanvasHTMLAttributes<HTMLCanvasElement> {
  const start = useRef<{ x: number; dragged: boolean } | undefined>(undefined);
  return {
    onPointerDown(event) {
      if (event.button !== 0) return;
      start.current = { x: event.offsetX, dragged: false };
      event.currentTarget.setPointerCapture(event.pointerId);
    },
    onPointerMove(event) {
      const { current } = start;
      if (current === undefined) return hover(event.offsetX, event.offsetY);
      const by = event.offsetX - current.x;
      if (!current.dragged && Math.abs(by) < 4) return;
      start.current = { x: event.offsetX, dragged: true };
      drag(by);
    },
    onPointerUp(event) {
      if (start.current?.dragged === false) click(event.offsetX, event.offsetY);
      start.current = undefined;
    },
    onPointerCancel() {
      start.current = undefined;
    },
  };
}

/** What a key does; undefined where it means nothing here. */
function keyOf({ key, shiftKey }: KeyboardEvent, acts: {
  readonly step: (direction: 1 | -1) => void;
  readonly pan: (direction: 1 | -1) => void;
  readonly zoom: (factor: number) => void;
  readonly all: () => void;
  readonly go: (end: "start" | "end") => void;
}): (() => void) | undefined {
  switch (key) {
    case "ArrowRight":
    case "ArrowUp":
      return () => shiftKey ? acts.pan(1) : acts.step(1);
    case "ArrowLeft":
    case "ArrowDown":
      return () => shiftKey ? acts.pan(-1) : acts.step(-1);
    case "+":
    case "=":
      return () => acts.zoom(1 / 1.6);
    case "-":
      return () => acts.zoom(1.6);
    case "0":
      return acts.all;
    case "Home":
      return () => acts.go("start");
    case "End":
      return () => acts.go("end");
    default:
      return undefined;
  }
}
