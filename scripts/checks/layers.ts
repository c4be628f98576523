/**
 * The layer table as data, and the place of a file in it.
 *
 * - A layer may import only itself, `lib/errors.ts` and the layers that {@linkcode layers} lists for it, each through
 *   its `mod.ts` or, if there is one, its `guest.ts`, which has only what guests need.
 * - To let a layer import another, add its name to the row here; ARCHITECTURE.md shows the same table.
 */

const host = [
  "platform",
  "codec",
  "mode",
  "engine",
  "diagram",
  "blocks",
  "simulator",
  "memory",
  "sync",
  "mailbox",
  "program",
  "logging",
];
const pool = ["host", ...host];
const everything = [...pool, "pool", "explorer", "random"];

/** The layers under `lib/`, each with the layers that it may import. */
export const layers: ReadonlyMap<string, readonly string[]> = new Map([
  ["platform", []],
  ["codec", []],
  ["diagram", ["codec"]],
  ["blocks", ["diagram"]],
  ["simulator", ["diagram"]],
  ["picture", ["diagram"]],
  ["random", []],
  ["memory", []],
  ["sync", ["memory"]],
  ["mailbox", ["codec", "memory", "sync"]],
  ["program", ["codec", "memory", "sync", "mailbox"]],
  ["lint", []],
  ["logging", ["platform"]],
  ["mode", ["platform", "codec", "memory"]],
  ["engine", ["platform", "mode"]],
  ["host", host],
  ["pool", pool],
  ["explorer", ["codec", "memory", "sync", "mailbox", "program"]],
  ["scenario", ["platform", "memory", "sync", "program", "explorer"]],
  ["split", [...everything, "scenario"]],
  ["testing", [...everything, "scenario"]],
  ["programs", everything.filter((layer) => layer !== "explorer")],
]);

/** The files of a layer that others import. */
const ENTRIES = ["mod.ts", "guest.ts"];

/** The place of a file, as far as the rules care. */
export type Place =
  | { readonly kind: "layer"; readonly layer: string; readonly isEntry: boolean }
  | { readonly kind: "errors" }
  | { readonly kind: "root" }
  | { readonly kind: "script" }
  | { readonly kind: "elsewhere" };

/** The place of a file, given by its path from the project's root, with slashes. */
export function placeOf(path: string): Place {
  if (path === "mod.ts") return { kind: "root" };
  if (path === "lib/errors.ts") return { kind: "errors" };
  const [top, layer, ...rest] = path.split("/");
  if (top === "scripts") return { kind: "script" };
  if (top !== "lib" || layer === undefined) return { kind: "elsewhere" };
  return { kind: "layer", layer, isEntry: ENTRIES.includes(rest.join("/")) };
}

/** Why a file may not import another, or `undefined` if it may; both are paths from the project's root. */
export function importFault(from: string, to: string): string | undefined {
  const importer = placeOf(from);
  const imported = placeOf(to);
  if (importer.kind !== "layer" && importer.kind !== "errors" && importer.kind !== "root") return undefined;
  if (imported.kind === "errors") return undefined;
  if (imported.kind !== "layer") {
    return `Cannot import ${to} from ${from}: it is outside lib/, a layer of lib/ or lib/errors.ts is wanted`;
  }
  if (importer.kind === "errors") return `Cannot import ${to} from ${from}: lib/errors.ts stands below every layer`;
  if (importer.kind === "layer") {
    if (importer.layer === imported.layer) return undefined;
    const allowed = layers.get(importer.layer);
    if (allowed === undefined) {
      return `Cannot import ${to} from ${from}: ${importer.layer} is not a layer, a row in scripts/checks/layers.ts is wanted`;
    }
    if (!allowed.includes(imported.layer)) {
      const wanted = allowed.length === 0 ? "no other layer" : allowed.join(", ");
      return `Cannot import ${to} from ${from}: ${importer.layer} may import ${wanted}`;
    }
  }
  if (!imported.isEntry) {
    return `Cannot import ${to} from ${from}: it is inside a layer, lib/${imported.layer}/mod.ts is wanted`;
  }
  return undefined;
}
