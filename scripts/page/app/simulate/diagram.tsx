/**
 * The diagram as the library draws it, in the colors of the page.
 *
 * - The text is parsed as SVG, its own styles are left out, and nothing in it can run: it is made of the library's tags alone.
 */

import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";

/** The drawing. */
export function DiagramDrawing({ svg }: { readonly svg: string }): JSX.Element {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // Already a parsed style is one of the page, whose policy has none but its own file.
    const bare = svg.replace(/<style>.*?<\/style>/s, "");
    const { documentElement: drawing } = new DOMParser().parseFromString(bare, "image/svg+xml");
    place.current?.replaceChildren(document.adoptNode(drawing));
  }, [svg]);
  // Wide ones are scrolled, by keys as well.
  return <div class="diagram" ref={place} tabIndex={0} role="group" aria-label="The diagram" />;
}
