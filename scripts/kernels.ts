/**
 * `deno task kernels`: assembles the WebAssembly kernels, and inlines them as base64 where they are used.
 */

import { runTask } from "./checks/flags.ts";
import { printLine } from "./command/output.ts";
import { WABT } from "./packages.ts";

const root = new URL("../", import.meta.url);

/** The source of each kernel, and the module whose line `const wasm = "..."` has its bytes. */
const kernels: readonly { readonly source: string; readonly target: string }[] = [
  { source: "scripts/kernels/burn.wat", target: "lib/blocks/burn_kernel.ts" },
  { source: "scripts/kernels/circle.wat", target: "lib/random/circle_kernel.ts" },
];

const line = /^const wasm =\s+"[^"]*";$/m;

/** Assembles the bytes of a kernel from its source. */
async function assemble(source: string): Promise<Uint8Array<ArrayBuffer>> {
  const { default: wabt } = await import(WABT);
  const { parseWat } = await wabt();
  const text = await Deno.readTextFile(new URL(source, root));
  const module = parseWat(source, text);
  try {
    module.validate();
    return new Uint8Array(module.toBinary({}).buffer);
  } finally {
    module.destroy();
  }
}

/** The text of a kernel's target with its bytes. */
async function inlined(kernel: { readonly source: string; readonly target: string }): Promise<string> {
  const text = await Deno.readTextFile(new URL(kernel.target, root));
  if (!line.test(text)) throw new Error(`Cannot inline ${kernel.source}: ${kernel.target} has no line const wasm = ""`);
  const base64 = (await assemble(kernel.source)).toBase64();
  const oneLine = `const wasm = "${base64}";`;
  return text.replace(line, oneLine.length <= 120 ? oneLine : `const wasm =\n  "${base64}";`);
}

if (import.meta.main) {
  const usage = "deno task kernels [--json]: assembles scripts/kernels/*.wat into the modules that use them";
  await runTask({ usage }, async ({ json }) => {
    const changed: string[] = [];
    for (const kernel of kernels) {
      const [target, text] = [new URL(kernel.target, root), await inlined(kernel)];
      const isNew = await Deno.readTextFile(target) !== text;
      if (isNew) {
        await Deno.writeTextFile(target, text);
        changed.push(kernel.target);
      }
      if (!json) printLine(`${kernel.target} ${isNew ? "now holds" : "holds"} ${kernel.source}`);
    }
    if (json) printLine(JSON.stringify({ kernels, changed }));
    return 0;
  });
}
