/**
 * A strict reader of XML, as far as SVG uses it: every tag closed, every value quoted, every name of an entity known.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";

/** An element. */
export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** The text directly in it. */
  readonly text: string;
}

const ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"' };

/** The elements of a document in the order of their begins. */
export function readXml(document: string): Element[] {
  // What XML 1.0 refuses, however it is written.
  // deno-lint-ignore no-control-regex
  assert(!/[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/.test(document) && document.isWellFormed(), "a character of XML");
  const found: { name: string; attributes: Record<string, string>; text: string }[] = [];
  const open: (typeof found)[number][] = [];
  let at = 0;
  for (const { 0: tag, 1: end, 2: name = "", 3: attributes = "", 4: isEmpty, index } of document.matchAll(TAG)) {
    const text = document.slice(at, index);
    assert(!text.includes("<"), `no tag: ${text.slice(0, 80)}`);
    const around = open.at(-1);
    if (around !== undefined) around.text += unescaped(text);
    else assertEquals(text.trim(), "");
    at = index + tag.length;
    if (end === "/") {
      assertEquals(open.pop()?.name, name);
      continue;
    }
    assert(found.length === 0 || open.length > 0, "one root");
    const element = { name, attributes: readAttributes(attributes), text: "" };
    found.push(element);
    if (isEmpty !== "/") open.push(element);
  }
  assertEquals([open.length, document.slice(at).trim()], [0, ""]);
  return found;
}

const TAG = /<(\/?)([A-Za-z]\w*)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>/g;

function readAttributes(text: string): Record<string, string> {
  const found = new Map<string, string>();
  for (const [, name = "", value = ""] of text.matchAll(/([\w:-]+)="([^"<]*)"/g)) {
    assert(!found.has(name), `${name} twice`);
    found.set(name, unescaped(value));
  }
  return Object.fromEntries(found);
}

function unescaped(text: string): string {
  return text.replaceAll(/&([^;]{0,8})(;?)/g, (_, name: string, end: string) => {
    const character = ENTITIES[name];
    assert(character !== undefined && end === ";", `&${name}`);
    return character;
  });
}
