/**
 * A diagram as SVG text, for browsers, documents and `rsvg-convert`.
 *
 * - Values flow from left to right; wires that close a loop go back below. An inner diagram is a box with boxes inside.
 * - A delegated system has a dashed border and its own background color, and shows its mode and period.
 * - The picture has its own background, and follows the reader's choice of light or dark, if there is one.
 * - The layout is our own, in columns: nested boxes with ports need no layout library.
 *
 * @example
 * ```ts
 * import { gain } from "../blocks/mod.ts";
 * import { svgDiagram } from "./svg_diagram.ts";
 *
 * const svg = svgDiagram(gain({ factor: 2 }));
 * if (!svg.startsWith("<svg ") || !svg.includes(">gain<")) throw new Error(svg);
 * ```
 */

import type { System } from "../diagram/mod.ts";
import { type Box, drawingOf } from "./drawing.ts";
import { shortLabel, xmlLabel } from "./label.ts";
import { layoutOf, MOST_PORT, type PlacedBox } from "./layout.ts";

/** The most boxes of a picture. */
const MOST_BOXES = 1000;
const MARGIN = 16;
const LINE = 15;

/**
 * A system as SVG text.
 *
 * @throws {RangeError} if it has more than 1,000 parts.
 */
export function svgDiagram(system: System): string {
  const drawing = drawingOf(system);
  const count = boxesIn(drawing);
  if (count > MOST_BOXES) {
    throw new RangeError(
      `Cannot draw ${system.name}: it has ${count - 1} parts, at most ${MOST_BOXES} are wanted; ` +
        `text for Graphviz or Mermaid has no limit`,
    );
  }
  const placed = layoutOf(drawing);
  const [width, height] = [placed.width + 2 * MARGIN, placed.height + 2 * MARGIN];
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${
    xmlLabel(system.name)
  }">
<style>
.ground{fill:#fff}.box{fill:#f4f5f7;stroke:#555}.around{fill:none;stroke:#999}
.delegated{fill:#e3f0fb;stroke:#0060a8;stroke-dasharray:5 3;stroke-width:1.5}.around.delegated{fill:#f2f8fd}
.name,.more,.port{fill:#222;font:11px system-ui,sans-serif}.name{font-weight:600}.more{fill:#555}
.wire{fill:none;stroke:#555;stroke-width:1.2}.head{fill:#555}
@media (prefers-color-scheme:dark){.ground{fill:#16181d}.box{fill:#23262d;stroke:#9a9da3}.around{stroke:#666}
.delegated{fill:#14304a;stroke:#62b0f0}.around.delegated{fill:#182430}
.name,.port{fill:#e8e8e8}.more{fill:#b0b3b8}.wire{stroke:#a8abb0}.head{fill:#a8abb0}}
</style>
<defs><marker id="head" viewBox="0 0 6 6" refX="6" refY="3" markerWidth="6" markerHeight="6" orient="auto"><path class="head" d="M0 0L6 3L0 6z"/></marker></defs>
<rect class="ground" width="${width}" height="${height}"/>
${drawn(placed, { x: MARGIN, y: MARGIN }).join("\n")}
</svg>
`;
}

function boxesIn({ inside }: Box): number {
  return inside === undefined ? 1 : inside.boxes.reduce((sum, box) => sum + boxesIn(box), 1);
}

function drawn(placed: PlacedBox, { x, y }: { readonly x: number; readonly y: number }): string[] {
  const { box, title, width, height, inputs, outputs, inside, wires } = placed;
  const kind = box.inside === undefined ? "box" : "around";
  const middle = box.inside === undefined ? width / 2 : 10;
  const anchor = box.inside === undefined ? ` text-anchor="middle"` : "";
  const port = (side: "start" | "end", names: readonly string[]) => (at: number, index: number) => {
    const label = xmlLabel(shortLabel(names[index] ?? "", MOST_PORT));
    // If a wire continues inside, the name is above it.
    const y = box.inside === undefined ? at + 4 : at - 4;
    const x = side === "start" ? 6 : width - 6;
    return `<text class="port" x="${x}" y="${y}" text-anchor="${side}">${label}</text>`;
  };
  return [
    `<g transform="translate(${x} ${y})">`,
    `<rect class="${kind}${box.delegation === undefined ? "" : " delegated"}" width="${width}" height="${height}" rx="${
      kind === "box" ? 3 : 8
    }"/>`,
    ...title.map((line, index) => {
      const text = xmlLabel(line);
      return `<text class="${index === 0 ? "name" : "more"}" x="${middle}" y="${
        4 + (index + 1) * LINE
      }"${anchor}>${text}</text>`;
    }),
    ...inputs.map(port("start", box.inputs)),
    ...outputs.map(port("end", box.outputs)),
    ...wires.map(({ path, isEnd }) => `<path class="wire"${isEnd ? ` marker-end="url(#head)"` : ""} d="${path}"/>`),
    ...inside.flatMap((part) => drawn(part, part)),
    `</g>`,
  ];
}
