/**
 * What the page shows, as signals: the link, what the programs are, the theme.
 *
 * - The link and the address say the same: `go` changes both, and so does the browser's way back.
 */

import { computed, effect, type ReadonlySignal, signal } from "@preact/signals";
import { exploredParameters } from "../../../lib/program/parameter.ts";
import type { Catalog, CatalogEntry } from "../catalog.ts";
import { ownModule } from "./own/module.ts";
import { type Link, type ParameterValue, type ReadLink, readLink, writeLink } from "./link.ts";

/** The programs, in teaching order. */
export const catalog: Catalog = await (await fetch("./catalog.json")).json();

/** These, and the user's own. */
export const programs: ReadonlySignal<Catalog> = computed(() => [...catalog, ...ownModule.value?.programs ?? []]);

const read = signal<ReadLink>(readLink(location.hash, programs.value));

/** What the page shows. */
export const link: ReadonlySignal<Link> = computed(() => read.value.link);
/** What was wrong with the address, a sentence each. */
export const faults: ReadonlySignal<readonly string[]> = computed(() => read.value.faults);
/** The program that is shown; where it is explored, with the defaults of that, as on the command line. */
export const program: ReadonlySignal<CatalogEntry> = computed(() => {
  const entry = entryNamed(link.value.program);
  return link.value.view === "explore" ? { ...entry, parameters: exploredParameters(entry.parameters) } : entry;
});
/** Its variant. */
export const variant: ReadonlySignal<string> = computed(() =>
  link.value.variant ?? program.value.variants[0] ?? "plain"
);
/** All its parameters. */
export const parameters: ReadonlySignal<Readonly<Record<string, ParameterValue>>> = computed(() => {
  const entries = Object.entries(program.value.parameters);
  return Object.fromEntries(entries.map(([name, { default: value }]) => [name, link.value.parameters[name] ?? value]));
});

addEventListener("hashchange", () => {
  if (location.hash.slice(1) !== writeLink(link.peek())) read.value = readLink(location.hash, programs.peek());
});

/** The address of a link on this page. */
export function hrefOf(to: { readonly [K in keyof Link]?: Link[K] | undefined }): string {
  return `#${writeLink(withLink(link.value, to))}`;
}

/**
 * Shows something else: what is given takes the place of what the link said, and what is undefined is left out.
 *
 * With `keep`, the way back stays where it was: for values that change while a hand moves.
 */
export function go(
  to: { readonly [K in keyof Link]?: Link[K] | undefined },
  { keep = false }: { readonly keep?: boolean } = {},
): void {
  const next = withLink(link.peek(), to);
  const address = `#${writeLink(next)}`;
  if (address === location.hash) return;
  read.value = { link: next, faults: keep ? faults.peek() : [] };
  history[keep ? "replaceState" : "pushState"](null, "", address);
}

function withLink(link: Link, to: { readonly [K in keyof Link]?: Link[K] | undefined }): Link {
  // A scenario is of the view Explore alone: whoever goes elsewhere, or to a program, leaves it and its schedule.
  const isLeft = link.scenario !== undefined && ("program" in to || (to.view ?? link.view) !== "explore");
  const left = { scenario: undefined, fixed: undefined, schedule: undefined, step: undefined };
  const said = Object.entries({ ...link, ...isLeft ? left : {}, ...to }).filter(([, value]) => value !== undefined);
  return Object.fromEntries(said) as unknown as Link;
}

/** Shows another program, with its defaults, in the view that is open. */
export function goToProgram(name: string): void {
  const { view, mode } = link.peek();
  go({
    view,
    mode,
    program: name,
    variant: undefined,
    parameters: {},
    schedule: undefined,
    step: undefined,
    seed: undefined,
  });
}

/** What the catalog says of a program. */
export function entryNamed(name: string): CatalogEntry {
  const found = programs.value.find((entry) => entry.name === name);
  if (found === undefined) {
    throw new TypeError(`Cannot show the program ${name}: there is none, one of the list is wanted`);
  }
  return found;
}

/** The colors that were asked for. */
export type Theme = "system" | "light" | "dark";

/** The colors of the page; `system` takes those of the operating system. */
export const theme = signal<Theme>(kept("theme", ["system", "light", "dark"]) ?? "system");

effect(() => {
  document.documentElement.dataset["theme"] = theme.value;
  keep("theme", theme.value);
});

/** Whether whoever looks wants little to move. */
export const calm = signal(matchMedia("(prefers-reduced-motion: reduce)").matches);
matchMedia("(prefers-reduced-motion: reduce)").addEventListener("change", ({ matches }) => calm.value = matches);

function kept<T extends string>(name: string, values: readonly T[]): T | undefined {
  try {
    return values.find((value) => value === localStorage.getItem(name));
  } catch {
    return undefined; // The browser keeps nothing for this page.
  }
}

function keep(name: string, value: string): void {
  try {
    localStorage.setItem(name, value);
  } catch {
    // As above: it is chosen again next time.
  }
}
