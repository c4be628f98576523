/**
 * The state of the page as the text behind `#` in its address, and back: so a link shows what its sender saw.
 *
 * - `read(write(link))` is the link. What a text says beyond what there is, such as a program of another name, is left out,
 *   told in words, and the rest goes on.
 * - A view that has more to say adds a line to {@linkcode FIELDS}; parameters are `p.NAME`.
 */

import { type Catalog, type CatalogEntry, OWN } from "../catalog_entry.ts";
import { scenarioNames } from "../scenario_names.ts";
import { strategies } from "../../../lib/explorer/strategies/names.ts";
import { faultOf, type Parameter } from "../../../lib/program/parameter.ts";

/** The views, in the order of their tabs. */
export const VIEWS = ["run", "explore", "simulate", "learn"] as const;
/** One of them. */
export type ViewName = typeof VIEWS[number];

/** The value of a parameter. */
export type ParameterValue = string | number | boolean;

/** What a field of a link takes: how its text is read, and what is wanted where it is none. */
interface Field<T extends string | number> {
  readonly wanted: string;
  parse(text: string): T | undefined;
}

/** What a link may say besides view, program, variant and parameters. */
export const FIELDS = {
  mode: oneOf("direct", "thread"),
  own: oneOf("yes"),
  scenario: oneOf(...scenarioNames),
  fixed: oneOf("yes"),
  seed: whole({ least: -Number.MAX_SAFE_INTEGER, most: Number.MAX_SAFE_INTEGER }),
  strategy: oneOf(...strategies),
  budget: whole({ least: 1, most: 1_000_000_000 }),
  all: oneOf("yes"),
  step: whole({ least: 0, most: 1_000_000 }),
  schedule: matching(/^hf\d+:[\x21-\x7e]+$/, "a schedule such as explore prints, hf2:...,"),
  experiment: oneOf("busy", "house", "own"),
  systems: whole({ least: 1, most: 32 }),
  period: decimal({ least: 0.001, most: 10 }),
  duration: decimal({ least: 0.001, most: 100_000 }),
  rate: decimal({ least: 0, most: 1000 }),
  burn: oneOf("wall", "cpu", "none"),
  waits: oneOf("yes", "no"),
};

/** The values of the fields that a link has. */
export type FieldValues = {
  readonly [K in keyof typeof FIELDS]?: Exclude<ReturnType<typeof FIELDS[K]["parse"]>, undefined>;
};

/** What a link says. */
export interface Link extends FieldValues {
  /** The view. */
  readonly view: ViewName;
  /** The program's name, one of the catalog. */
  readonly program: string;
  /** Its variant; its first where absent. */
  readonly variant?: string;
  /** The parameters that differ from their defaults. */
  readonly parameters: Readonly<Record<string, ParameterValue>>;
}

/** What a text says, and what is wrong with it, a sentence each. */
export interface ReadLink {
  readonly link: Link;
  readonly faults: readonly string[];
}

/** How many faults are told one by one. */
const MOST = 8;

/** Reads what stands behind `#`; the first program of the catalog is the default. */
export function readLink(text: string, catalog: Catalog): ReadLink {
  const given = new URLSearchParams(text.replace(/^#/, ""));
  const faults: string[] = [];
  let more = 0;
  const fault = (what: string, is: string, wanted: string) => {
    if (faults.length < MOST) faults.push(`Cannot show ${what}: ${is}, ${wanted} is wanted`);
    else more++;
    return undefined;
  };
  const parameters: Record<string, ParameterValue> = {};
  const fields: Record<string, string | number> = {};
  const program = entryOf(given.get("program"), catalog, fault);
  let view: ViewName = "run";
  let variant: string | undefined;
  for (const [name, value] of given) {
    if (name === "program") continue;
    if (name === "view") {
      const found = VIEWS.find((known) => known === value);
      view = found ?? fault(`the view ${short(value)}`, "there is no such view", `one of ${VIEWS.join(", ")}`) ?? view;
    } else if (name === "variant") {
      if (program.variants.includes(value)) variant = value;
      else {
        fault(
          `variant ${short(value)} of ${program.name}`,
          "there is no such variant",
          `one of ${program.variants.join(", ")}`,
        );
      }
    } else if (name.startsWith("p.")) {
      const own = name.slice(2);
      const parameter = Object.hasOwn(program.parameters, own) ? program.parameters[own] : undefined;
      const names = Object.keys(program.parameters).join(", ") || "none";
      if (parameter === undefined) {
        fault(`${short(own)} of ${program.name}`, "there is no such parameter", `one of its own (${names})`);
      } else {
        const read = valueOf(parameter, value);
        const wanted = faultOf(parameter, read);
        if (wanted === undefined) parameters[own] = read;
        else fault(`${own} of ${program.name}`, `it is ${short(value)}`, wanted);
      }
    } else if (Object.hasOwn(FIELDS, name)) {
      const field: Field<string | number> = FIELDS[name as keyof typeof FIELDS];
      const read = field.parse(value);
      if (read === undefined) fault(name, `it is ${short(value)}`, field.wanted);
      else fields[name] = read;
    } else {
      fault(short(name), "a link says nothing of that name", `one of ${Object.keys(FIELDS).join(", ")}`);
    }
  }
  if (more > 0) faults.push(`This link has ${more} more faults.`);
  const link: Link = { view, program: program.name, parameters, ...fields };
  return { link: variant === undefined ? link : { ...link, variant }, faults };
}

/** What stands behind `#` for a link; one to a scenario need not name a program. */
export function writeLink(link: Omit<Link, "program"> & { readonly program?: string }): string {
  const { view, program, variant, parameters, ...fields } = link;
  const said = new URLSearchParams({ view });
  if (program !== undefined) said.set("program", program);
  if (variant !== undefined) said.set("variant", variant);
  for (const [name, value] of Object.entries(parameters)) said.set(`p.${name}`, String(value));
  for (const [name, value] of Object.entries(fields)) if (value !== undefined) said.set(name, String(value));
  // These may stand behind `#` as they are, and read better so.
  return said.toString().replaceAll(/%(3A|2C|40|2F)/g, (code) => decodeURIComponent(code));
}

/** The value that a text means for a parameter; a text that means none is given as it is. */
export function valueOf(parameter: Parameter, text: string): ParameterValue {
  if (typeof parameter.default === "number") return /^[+-]?[\d.]/.test(text) ? Number(text) : text;
  if (typeof parameter.default === "boolean") return text === "true" ? true : text === "false" ? false : text;
  return text;
}

function entryOf(
  name: string | null,
  catalog: Catalog,
  fault: (what: string, is: string, wanted: string) => undefined,
): CatalogEntry {
  const found = catalog.find((entry) => entry.name === name);
  const [first] = catalog;
  if (first === undefined) throw new TypeError("Cannot read a link: the catalog is empty, a program is wanted");
  if (found === undefined && name !== null) {
    const isOwn = name.startsWith(OWN);
    const is = isOwn ? "a program of one's own is in no link" : "there is none of that name";
    fault(`the program ${short(name)}`, is, isOwn ? "its module, under Learn," : "a program of the list");
  }
  return found ?? first;
}

/** A text of a link as a sentence shows it: it is data, and may be long. */
function short(text: string): string {
  const shown = text.length > 60 ? `${text.slice(0, 60)}...` : text;
  return /^[\w.:,+-]+$/.test(shown) ? shown : JSON.stringify(shown);
}

function oneOf<const T extends string>(...values: readonly T[]): Field<T> {
  return { wanted: `one of ${values.join(", ")}`, parse: (text) => values.find((value) => value === text) };
}

function whole({ least, most }: { readonly least: number; readonly most: number }): Field<number> {
  return {
    wanted: `a whole number from ${least} to ${most}`,
    parse: (text) => {
      const value = /^-?\d+$/.test(text) ? Number(text) : NaN;
      return value >= least && value <= most ? value : undefined;
    },
  };
}

function decimal({ least, most }: { readonly least: number; readonly most: number }): Field<number> {
  return {
    wanted: `a number from ${least} to ${most}`,
    parse: (text) => {
      const value = /^[\d.]+(e[+-]?\d+)?$/.test(text) ? Number(text) : NaN;
      return value >= least && value <= most ? value : undefined;
    },
  };
}

function matching(pattern: RegExp, wanted: string): Field<string> {
  return { wanted, parse: (text) => pattern.test(text) ? text : undefined };
}
