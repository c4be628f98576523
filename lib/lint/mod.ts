/**
 * A `deno lint` plugin for programs written with this library: it finds steps that nobody runs.
 *
 * - The rule `holdfast-steps/dropped` reports a call that creates steps and drops them: as a statement without
 *   `yield*`, or after a `yield` without the star. Such a call does nothing.
 * - It does not see types. It knows the methods of shared things by name, within generators; and wherever they are
 *   called, all generators declared in the file (including methods) or imported by a relative path.
 * - Runs and the explorer find the same mistake at run time, whatever the names: see `DroppedStepsError`.
 *
 * Add it to your `deno.json`:
 *
 * ```json
 * { "lint": { "plugins": ["https://example.com/holdfast/lib/lint/mod.ts"] } }
 * ```
 *
 * @example
 * ```ts
 * import plugin from "./mod.ts";
 *
 * const source = "function* task({ guard }) { guard.acquire(); }";
 * if ("Deno" in globalThis && Deno.lint.runPlugin !== undefined) {
 *   const [found] = Deno.lint.runPlugin(plugin, "task.ts", source);
 *   if (!found?.message.includes("yield* guard.acquire()")) throw new Error("the star is missing");
 * }
 * ```
 *
 * @module
 */

type Node = Deno.lint.Node;

/** Methods of shared things that return steps, with names that hardly anything else has. */
const MAKES_STEPS: ReadonlySet<string> = new Set([
  "acquire",
  "acquireHeld",
  "acquireRead",
  "acquireWrite",
  "arrive",
  "countDown",
  "markConsistent",
  "notify",
  "notifyAll",
  "putAll",
  "release",
  "releaseHeld",
  "releaseRead",
  "releaseWrite",
  "shutdown",
  "takeUpTo",
  "taskDone",
  "tryAcquire",
  "tryAcquireRead",
  "tryAcquireWrite",
  "tryPut",
  "tryRun",
  "tryTake",
  "tryWait",
  "waitFor",
]);

/** Whether a node is directly in a generator, not in a function within one. */
function isInGenerator(node: Node): boolean {
  for (let above = parentOf(node); above !== undefined; above = parentOf(above)) {
    if (above.type === "FunctionExpression" || above.type === "FunctionDeclaration") {
      return above.generator && !above.async;
    }
    if (above.type === "ArrowFunctionExpression") return false;
  }
  return false;
}

function parentOf(node: Node): Node | undefined {
  // Deno's union of nodes lacks one kind of parent, and the topmost node has null.
  return "parent" in node ? (node.parent as Node | null) ?? undefined : undefined;
}

/** The names of the generators that a module exports, found in its text; empty if it cannot be read. */
function exportedBy(specifier: string, filename: string): ReadonlySet<string> {
  let text: string;
  try {
    const from = filename.startsWith("file:") ? filename : `file://${encodeURI(filename.replaceAll("\\", "/"))}`;
    text = Deno.readTextFileSync(new URL(specifier, from));
  } catch {
    return new Set();
  }
  return new Set([...text.matchAll(/^export (?:default )?function\s*\*\s*([\w$]+)/gm)].map(([, name = ""]) => name));
}

/**
 * The functions and methods known to create steps: generators of the file, imported generators, and generator methods
 * of classes.
 */
interface Known {
  readonly functions: Set<string>;
  readonly methods: Set<string>;
}

/** The name of the called function or method, if it creates steps. */
function madeBy(call: Node, { functions, methods }: Known): string | undefined {
  if (call.type !== "CallExpression") return undefined;
  const { callee } = call;
  if (callee.type === "Identifier") return functions.has(callee.name) ? callee.name : undefined;
  if (callee.type !== "MemberExpression" || callee.computed) return undefined;
  const { object, property } = callee;
  const name = property.type === "Identifier" || property.type === "PrivateIdentifier" ? property.name : "";
  const isOwn = object.type === "ThisExpression" && methods.has(keyText(property));
  return isOwn || (MAKES_STEPS.has(name) && isInGenerator(call)) ? name : undefined;
}

function keyText(key: Node): string {
  if (key.type === "PrivateIdentifier") return `#${key.name}`;
  return key.type === "Identifier" ? key.name : "";
}

/** How a call is left without being run: as a statement, or after a `yield` without the star. */
function isLeft(call: Node): "statement" | "yield" | undefined {
  const parent = parentOf(call);
  if (parent?.type === "ExpressionStatement") return "statement";
  if (parent?.type === "UnaryExpression" && parent.operator === "void") return "statement";
  return parent?.type === "YieldExpression" && !parent.delegate ? "yield" : undefined;
}

/** The plugin. */
const plugin: Deno.lint.Plugin = {
  name: "holdfast-steps",
  rules: {
    "dropped": {
      create(context) {
        const known: Known = { functions: new Set(), methods: new Set() };
        const calls: Node[] = [];
        return {
          FunctionDeclaration(node) {
            if (node.generator && !node.async && node.id !== null) known.functions.add(node.id.name);
          },
          VariableDeclarator({ id, init }) {
            const isGenerator = init?.type === "FunctionExpression" && init.generator && !init.async;
            if (isGenerator && id.type === "Identifier") known.functions.add(id.name);
          },
          MethodDefinition({ key, value }) {
            if (value.type === "FunctionExpression" && value.generator && !value.async) known.methods.add(keyText(key));
          },
          ImportDeclaration({ source, specifiers }) {
            if (!/^\.{1,2}\//.test(source.value)) return;
            const exported = exportedBy(source.value, context.filename);
            for (const one of specifiers) {
              if (one.type !== "ImportSpecifier" || one.imported.type !== "Identifier") continue;
              if (exported.has(one.imported.name)) known.functions.add(one.local.name);
            }
          },
          CallExpression(node) {
            if (isLeft(node) !== undefined) calls.push(node);
          },
          // A generator may be declared below its call.
          "Program:exit"() {
            for (const node of calls) {
              const name = madeBy(node, known);
              if (name === undefined || node.type !== "CallExpression") continue;
              const callee = context.sourceCode.getText(node.callee);
              const act = isLeft(node) === "yield" ? `yield the steps of ${name}()` : `leave the steps of ${name}()`;
              context.report({ node, message: `Cannot ${act}: nothing happens, yield* ${callee}() is wanted` });
            }
          },
        };
      },
    },
  },
};

export default plugin;
