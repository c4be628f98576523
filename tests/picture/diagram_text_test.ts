import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import fc from "fast-check";
import { gain } from "../../lib/blocks/mod.ts";
import { delegate, DiagramBuilder } from "../../lib/diagram/mod.ts";
import { graphvizText, mermaidText, svgDiagram } from "../../lib/picture/mod.ts";
import { type Box, drawingOf } from "../../lib/picture/drawing.ts";
import { plainLabel } from "../../lib/picture/label.ts";
import { layoutOf, type PlacedBox } from "../../lib/picture/layout.ts";
import { drawnSystems } from "../arbitraries/drawn_systems.ts";
import { runs } from "../contracts/soak.ts";
import { readXml } from "./xml.ts";

function boxesOf(box: Box): Box[] {
  return [box, ...box.inside?.boxes.flatMap(boxesOf) ?? []];
}

function wiresOf(box: Box): number {
  return (box.inside?.wires.length ?? 0) + (box.inside?.boxes ?? []).reduce((sum, part) => sum + wiresOf(part), 0);
}

/** The lines of a box's title. */
function titleOf({ name, kind, delegation }: Box): string[] {
  return [name, kind, delegation].filter((line) => line !== undefined).map(plainLabel);
}

Deno.test("mermaidText() has a node or subgraph for each system and an arrow for each wire, whatever their names", () => {
  fc.assert(
    fc.property(drawnSystems(), (system) => {
      const drawing = drawingOf(system);
      const lines = mermaidText(system).split("\n").map((line) => line.trim()).filter((line) => line !== "");
      assertEquals(lines.shift(), "flowchart LR");
      const quoted = /"([\p{L}\p{N} .,:→+_<>#;-]*)"/u.source;
      const read = (label = "") => label.replaceAll(/#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)));
      const titles = new Map<string, string[]>();
      const ids = new Set<string>();
      const counts = { arrows: 0, open: 0 };
      for (const line of lines) {
        const [, node] = /^(?:subgraph )?(n\d+(?:[io]\d+)?)[[(]/.exec(line) ?? [];
        const [, title] = new RegExp(`^(?:subgraph )?n\\d+\\[${quoted}\\]$`, "u").exec(line) ?? [];
        const isPort = new RegExp(`^n\\d+[io]\\d+\\(\\[${quoted}\\]\\)$`, "u").test(line);
        const arrow = new RegExp(`^(\\w+) -->(?:\\|${quoted}\\|)? (\\w+)$`, "u").exec(line);
        if (line.startsWith("subgraph")) counts.open++;
        if (line === "end") counts.open--;
        if (node !== undefined) ids.add(node);
        if (title !== undefined && node !== undefined) titles.set(node, title.split("<br>").map(read));
        else if (arrow !== null) {
          counts.arrows++;
          assert(ids.has(arrow[1] ?? "") && ids.has(arrow[3] ?? ""), line);
        } else assert(isPort || line === "end" || /^(classDef delegated|class n)/.test(line), line);
      }
      assertEquals(counts, { arrows: wiresOf(drawing), open: 0 });
      for (const box of boxesOf(drawing)) {
        // The whole diagram is the picture.
        if (box !== drawing || box.inside === undefined) assertEquals(titles.get(box.id), titleOf(box));
      }
    }),
    { numRuns: runs(200) },
  );
});

Deno.test("graphvizText() has a record or cluster for each system and an edge for each wire, whatever their names", () => {
  fc.assert(
    fc.property(drawnSystems(), (system) => {
      const drawing = drawingOf(system);
      // A string ends at the first quote that no backslash is before.
      const strings: string[] = [];
      const bare = graphvizText(system).replaceAll(/"((?:[^"\\]|\\[\s\S])*)"/g, (_, text: string) => {
        strings.push(text);
        return `$${strings.length - 1}`;
      });
      const names = /^[\w\s{}[\]=,.$:>-]*$/;
      assert(names.test(bare), bare);
      assertEquals(bare.split("{").length, bare.split("}").length);
      assertEquals(bare.match(/ -> /g)?.length ?? 0, wiresOf(drawing));
      const read = (text: string) => {
        return text.replaceAll("&amp;", "&").replaceAll(/\\(.)/g, (_, character: string) => {
          return character === "n" ? "\n" : character;
        });
      };
      for (const box of boxesOf(drawing)) {
        if (box === drawing && box.inside !== undefined) continue;
        const place = box.inside === undefined
          ? new RegExp(`^ *${box.id} \\[label=\\$(\\d+)`, "m")
          : new RegExp(`cluster_${box.id} \\{\\s*graph \\[label=\\$(\\d+)`);
        const label = strings[Number(place.exec(bare)?.[1])] ?? "";
        if (box.inside !== undefined) {
          assertEquals(read(label), titleOf(box).join("\n"));
          continue;
        }
        // The fields of a record are between bars and brackets without a backslash.
        const fields = label.match(/(?:[^{}|\\]|\\.)+/g)?.map((field) => read(field.replace(/^<[io]\d+> /, ""))) ?? [];
        const ports = (list: readonly string[]) => list.map(plainLabel);
        assertEquals(fields, [...ports(box.inputs), titleOf(box).join("\n"), ...ports(box.outputs)]);
      }
    }),
    { numRuns: runs(200) },
  );
});

Deno.test("svgDiagram() is XML, with the title of each system and an end for each wire, whatever their names", () => {
  fc.assert(
    fc.property(drawnSystems(), (system) => {
      const drawing = drawingOf(system);
      const elements = readXml(svgDiagram(system));
      const classes = elements.map(({ attributes }) => attributes["class"] ?? "");
      assertEquals(classes.filter((name) => /^(box|around)/.test(name)).length, boxesOf(drawing).length);
      const names = elements.filter((_, index) => classes[index] === "name").map(({ text }) => text);
      const isShort = (name: string) => plainLabel(name).length <= 64;
      assertEquals(
        names.filter((name) => !name.endsWith("…")).toSorted(),
        boxesOf(drawing).map(({ name }) => plainLabel(name)).filter(isShort).toSorted(),
      );
      const ends = elements.filter(({ attributes }) => attributes["marker-end"] !== undefined);
      assertEquals(ends.length, wiresOf(drawing));
      for (const { attributes } of elements) {
        assert(!/NaN|Infinity|undefined/.test(Object.values(attributes).join(" ")));
      }
    }),
    { numRuns: runs(200) },
  );
});

Deno.test("layoutOf() keeps boxes apart and within the box around them, and ports on its borders", () => {
  const check = ({ box, width, height, inputs, outputs, inside }: PlacedBox) => {
    for (const at of [...inputs, ...outputs]) assert(at > 0 && at < height, `a port of ${box.name} at ${at}`);
    for (const [index, one] of inside.entries()) {
      assert(one.x > 0 && one.y > 0 && one.x + one.width < width && one.y + one.height < height, one.box.name);
      for (const other of inside.slice(0, index)) {
        const isApart = one.x + one.width < other.x || other.x + other.width < one.x || one.y + one.height < other.y ||
          other.y + other.height < one.y;
        assert(isApart, `${one.box.name} and ${other.box.name}`);
      }
      check(one);
    }
  };
  fc.assert(fc.property(drawnSystems(), (system) => check(layoutOf(drawingOf(system)))), { numRuns: runs(200) });
});

Deno.test("A delegated system says its mode and period in each format, and a name of its own kind stands once", () => {
  const builder = new DiagramBuilder("whole");
  builder.exportInput("u", builder.add("gain", gain({ factor: 1 })).input("u"));
  const options = { mode: "direct", period: 0.1, offset: 0.05, deterministic: false, guest: "far" };
  builder.exportInput("u", builder.add("end", delegate(gain({ factor: 2 }), options)).input("u"));
  const system = builder.build();
  const note = "direct, every 0.1 s, from 0.05 s on, guest far, newest reply";
  assertStringIncludes(mermaidText(system), `n1["end<br>gain<br>${note}"]`);
  assertStringIncludes(graphvizText(system), `|end\\ngain\\n${note.replaceAll(" ", "\\ ")}|`);
  assertStringIncludes(svgDiagram(system), `>${note}</text>`);
  assertStringIncludes(mermaidText(system), `n2["gain"]`);
  const many = new DiagramBuilder("many");
  const source = many.add("p0", gain({ factor: 1 }));
  many.exportInput("u", source.input("u"));
  for (let index = 1; index <= 1000; index++) {
    many.connect(source.output("y"), many.add(`p${index}`, gain({ factor: 1 })).input("u"));
  }
  assertThrows(() => svgDiagram(many.build()), RangeError, "it has 1001 parts, at most 1000 are wanted");
});
