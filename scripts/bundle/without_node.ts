/**
 * Stand-ins for Node's modules in the browser bundle: they can be imported, and their functions throw when called.
 */

import type { Plugin } from "./esbuild.ts";

/** Replaces each `node:` module with one whose functions throw. */
export function withoutNode(): Plugin {
  return {
    name: "without Node",
    setup(build) {
      build.onResolve({ filter: /^node:/ }, ({ path }) => ({ path, namespace: "node", sideEffects: false }));
      build.onLoad({ filter: /^/, namespace: "node" }, async ({ path }) => {
        return { contents: refusing(path, Object.keys(await import(path))), loader: "js" };
      });
    },
  };
}

function refusing(module: string, exported: readonly string[]): string {
  const names = exported.filter((name) => /^[\w$]+$/.test(name) && name !== "default");
  return `const refuse = () => {
  throw new TypeError("Cannot use ${module}: a browser has no modules of Node, a runtime that has some is wanted");
};
export { ${names.map((name) => `refuse as ${name}`).join(", ")} };
export default { ${names.map((name) => `${name}: refuse`).join(", ")} };
`;
}
