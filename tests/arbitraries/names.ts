/**
 * Names that a format, a terminal or a browser may take for something else.
 *
 * @module
 */

import fc from "fast-check";

/** Words, markup, quotes, brackets, line breaks, controls and halves of characters. */
export function hostileNames(): fc.Arbitrary<string> {
  const nasty = fc.constantFrom(
    ..."\"'`<>&;#|{}[]()\\/,:=-_~*$%",
    ...[
      "end",
      "subgraph",
      "graph",
      "node",
      "style",
      "\n",
      "\r\n",
      "\t",
      "\x1b[31m",
      "\0",
      "\u2028",
      "\u202e",
      "\ud800",
    ],
    ...["]]>", "<!--", "-->", "</svg>", "<br>", "&amp;", "\\n", "\\N", "#quot;", "%%", "日本", "é", " "],
  );
  const word = fc.string({ unit: fc.constantFrom(..."abcxyz019"), minLength: 1, maxLength: 4 });
  return fc.array(fc.oneof(nasty, word), { minLength: 1, maxLength: 4 }).map((parts) => parts.join(""));
}
