/**
 * The stage: tasks and shared things as boxes, red where a task is blocked, and the values that go from one to the other.
 *
 * - What moves is moved by the browser; where less motion is wanted, it jumps.
 * - A screen reader has the same as a table, so the stage itself is hidden from it.
 */

import type { ReadonlySignal } from "@preact/signals";
import type { CSSProperties, JSX } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Film } from "../film/film.ts";
import type { FilmItem } from "../film/items.ts";
import type { Moment, TaskMoment, ThingMoment } from "../film/moment.ts";
import { waitsFor } from "../film/moment.ts";
import { type FlowChart, flowChart } from "./flow.ts";
import {
  type Box,
  type Layout,
  layoutOf,
  lineAcross,
  lineBetween,
  placeAtDoor,
  placeInHand,
  placeInside,
  SHOWN,
} from "./layout.ts";
import { kindText, standText } from "./thing_text.ts";

/** What the stage is told. */
interface StageProps {
  readonly film: Film;
  readonly moment: ReadonlySignal<Moment>;
}

/** The stage. */
export function Stage({ film, moment }: StageProps): JSX.Element {
  const place = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => {
      if (entry !== undefined) setWidth(Math.floor(entry.contentRect.width));
    });
    if (place.current !== null) observer.observe(place.current);
    return () => observer.disconnect();
  }, []);
  const chart = useMemo(() => flowChart(film), [film]);
  const layout = useMemo(() => layoutOf(chart, width), [chart, width]);
  const { tasks, things } = moment.value;
  const boxOf = (kind: "task" | "thing", name: string): Box | undefined => layout.boxes.get(`${kind} ${name}`);
  return (
    <div class="stage" ref={place} aria-hidden="true">
      {width > 0 && (
        <div class="stage-floor" style={{ height: `${layout.height}px` }}>
          <svg class="stage-lines" width={width} height={layout.height}>
            {chart.flows.map(({ from, to }) => {
              const [one, other] = [layout.boxes.get(from), layout.boxes.get(to)];
              if (one === undefined || other === undefined) return null;
              return <path key={`${from} ${to}`} class="flow" d={lineBetween(one, other, layout.direction)} />;
            })}
            {tasks.map((task) => <Ties key={task.name} task={task} chart={chart} layout={layout} />)}
          </svg>
          {tasks.map((task) => {
            const box = boxOf("task", task.name);
            return box && <TaskBox key={task.name} task={task} box={box} owners={waitsFor(moment.value, task)} />;
          })}
          {things.map((thing) => {
            const box = boxOf("thing", thing.name);
            return box && <ThingBox key={thing.name} thing={thing} box={box} />;
          })}
          {placed({ tasks, things }, layout).map(({ item, x, y, where }) => (
            <span key={item.id} class={`item ${where}`} style={{ transform: `translate(${x}px, ${y}px)` }}>
              {item.text.length > 4 ? `${item.text.slice(0, 3)}…` : item.text}
            </span>
          ))}
        </div>
      )}
    </div>
  );
}

/** Lines to what a task waits for, and to what it holds. */
function Ties({ task: { name, thing, holds }, chart, layout: { boxes, direction } }: {
  readonly task: TaskMoment;
  readonly chart: FlowChart;
  readonly layout: Layout;
}): JSX.Element {
  const own = boxes.get(`task ${name}`);
  const wanted = boxes.get(`thing ${thing}`);
  const has = (from: string, to: string) => chart.flows.some((flow) => flow.from === from && flow.to === to);
  const wants = (task: Box, wanted: Box): string => {
    if (has(`task ${name}`, `thing ${thing}`)) return lineBetween(task, wanted, direction);
    if (has(`thing ${thing}`, `task ${name}`)) return lineBetween(wanted, task, direction);
    return lineAcross(task, wanted);
  };
  return (
    <>
      {own && wanted && <path class="wants" d={wants(own, wanted)} />}
      {holds.map((held) => {
        const box = boxes.get(`thing ${held}`);
        return own && box && <path key={held} class="holds" d={lineAcross(box, own)} />;
      })}
    </>
  );
}

function TaskBox(
  { task, box, owners }: { readonly task: TaskMoment; readonly box: Box; readonly owners: readonly string[] },
): JSX.Element {
  const { name, doing, call, holds } = task;
  const blocked = owners.length > 0
    ? `blocked by ${owners.join(", ")}`
    : `blocked in ${call.slice(call.lastIndexOf(".") + 1)}`;
  return (
    <div class={`box task ${doing.replace(" ", "-")}`} style={styleOf(box)}>
      <strong>{name}</strong>
      <span class="does" title={call}>{doing === "waiting" ? blocked : doing}</span>
      {holds.length > 0 && <span class="has">holds {holds.join(", ")}</span>}
    </div>
  );
}

function ThingBox({ thing, box }: { readonly thing: ThingMoment; readonly box: Box }): JSX.Element {
  const { name, kind, items, waiters, door } = thing;
  const more = items.length - SHOWN;
  const stand = standText(thing);
  return (
    <div class={`box thing ${kind}`} style={styleOf(box)}>
      <span class="kind">{kindText(kind)}</span>
      <strong>{name}</strong>
      <span class="stand" title={stand}>{more > 0 ? `${stand}, ${items.length} in it` : stand}</span>
      {waiters.length > 0 && door.length === 0 && items.length === 0 && (
        <span class="queue" title={waiters.join(", ")}>{queueText(waiters)}</span>
      )}
    </div>
  );
}

/** Who stands in line. */
function queueText(waiters: readonly string[]): string {
  const [first, ...others] = waiters;
  return others.length === 0 ? `waited for by ${first}` : `in line: ${waiters.length}, ${first} first`;
}

function styleOf({ x, y, width, height }: Box): CSSProperties {
  return { left: `${x}px`, top: `${y}px`, width: `${width}px`, height: `${height}px` };
}

/** An item at a place. */
interface PlacedItem {
  readonly item: FilmItem;
  readonly x: number;
  readonly y: number;
  readonly where: "inside" | "door" | "hand";
}

/** Where all items are: each once, in a thing, at its door, or in the hand of a task. */
function placed({ tasks, things }: Moment, { boxes, direction }: Layout): readonly PlacedItem[] {
  const found = new Map<number, PlacedItem>();
  const add = (item: FilmItem, where: PlacedItem["where"], at: { readonly x: number; readonly y: number }): void => {
    found.set(item.id, { item, where, ...at });
  };
  for (const { name, hand } of tasks) {
    const box = boxes.get(`task ${name}`);
    if (box !== undefined) { for (const item of hand) add(item, "hand", placeInHand(box)); }
  }
  for (const { name, items, door } of things) {
    const box = boxes.get(`thing ${name}`);
    if (box === undefined) continue;
    for (const [place, item] of items.entries()) add(item, "inside", placeInside(box, place));
    for (const [place, item] of door.entries()) add(item, "door", placeAtDoor(box, { place, direction }));
  }
  // In a fixed order, so that none is taken out and put in again, which would stop its way.
  return [...found.values()].toSorted((one, other) => one.item.id - other.item.id);
}
