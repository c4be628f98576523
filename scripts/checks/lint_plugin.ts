/**
 * The house rules that a syntax tree can check, as a plugin of `deno lint`.
 *
 * - Each rule is one entry of {@linkcode plugin}'s `rules`; `deno-lint-ignore holdfast/<rule>` takes its name.
 * - A rule sees the path of the file from the project's root and reports; most rules are a list of names and the places
 *   where these are allowed, so a new rule is a new entry.
 * - A rule reads no other file, except for `circles`, which follows imports.
 * - A plugin in `lib/lint/`, for users as well, finds steps that lack `yield*`.
 *
 * Longer than most files because all rules are one list.
 */

import { importsIn, wayTo } from "./circles.ts";
import { importFault, type Place, placeOf } from "./layers.ts";

type Node = Deno.lint.Node;
type Visitor = Deno.lint.LintVisitor;

/** The file that a rule checks, as the rule sees it. */
interface Subject {
  /** The path from the project's root, with slashes. */
  readonly path: string;
  readonly place: Place;
  report(node: Node, message: string): void;
  text(node: Node): string;
  /** The text of the comment right before a node. */
  doc(node: Node): string;
}

const root = new URL("../../", import.meta.url).pathname;

/** Makes a rule that visits the files for which `applies` is true. */
function rule(applies: (place: Place, path: string) => boolean, visit: (subject: Subject) => Visitor): Deno.lint.Rule {
  return {
    create(context) {
      const path = fromRoot(context.filename);
      const place = placeOf(path);
      if (!applies(place, path)) return {};
      const report = (node: Node, message: string) => context.report({ node, message });
      const text = (node: Node) => context.sourceCode.getText(node);
      const doc = (node: Node) => {
        const comment = context.sourceCode.getCommentsBefore(node).at(-1);
        const isNext = comment !== undefined &&
          context.sourceCode.text.slice(comment.range[1], node.range[0]).trim() === "";
        return isNext ? comment.value.replace(/^[*\s]+/, "") : "";
      };
      return visit({ path, place, report, text, doc });
    },
  };
}

function fromRoot(filename: string): string {
  const name = encodeURI(filename.replaceAll("\\", "/")).replace(/^(?=[A-Za-z]:)/, "/");
  return decodeURI(name.startsWith(root) ? name.slice(root.length) : name.replace(/^\.\//, ""));
}

/** Makes a rule that checks every specifier of a static import, a re-export, a dynamic import or an import type. */
function importRule(
  applies: (place: Place) => boolean,
  visit: (subject: Subject) => (specifier: string) => string | undefined,
): Deno.lint.Rule {
  return rule(applies, (subject) => {
    const faultOf = visit(subject);
    const look = (source: Node | null | undefined) => {
      const literal = source?.type === "TSLiteralType" ? source.literal : source;
      if (literal?.type !== "Literal" || typeof literal.value !== "string") return;
      const message = faultOf(literal.value);
      if (message !== undefined) subject.report(literal, message);
    };
    return {
      ImportDeclaration: (node) => look(node.source),
      ExportNamedDeclaration: (node) => look(node.source),
      ExportAllDeclaration: (node) => look(node.source),
      ImportExpression: (node) => look(node.source),
      TSImportType: (node) => look(node.argument),
    };
  });
}

/**
 * Makes a rule that refuses names: a global (`Worker`, also as `globalThis.Worker` and as a type), a member of a global
 * (`Date.now`), or a global constructed without arguments (`new Date()`).
 */
function nameRule(
  applies: (place: Place, path: string) => boolean,
  names: readonly string[],
  where: string,
): Deno.lint.Rule {
  const refused = new Set(names);
  return rule(applies, ({ path, report }) => {
    const seen = new Set<number>();
    const check = (node: Node, name: string) => {
      // A shorthand property has its identifier twice, as key and as value.
      if (!refused.has(name) || seen.has(node.range[0])) return;
      seen.add(node.range[0]);
      report(node, `Cannot use ${name} in ${path}: it is allowed ${where}`);
    };
    return {
      Identifier(node) {
        if (isReference(node)) check(node, node.name);
      },
      MemberExpression(node) {
        const name = dotted(node);
        if (name !== undefined) check(node, name);
      },
      TSQualifiedName(node) {
        if (node.left.type === "Identifier") check(node, bare(`${node.left.name}.${node.right.name}`));
      },
      NewExpression(node) {
        const name = dotted(node.callee);
        if (name !== undefined && node.arguments.length === 0) check(node, `new ${name}()`);
      },
    };
  });
}

/** The dotted name of `a.b` and `a["b"]`, without a leading `globalThis.`; `undefined` for any other expression. */
function dotted(node: Node): string | undefined {
  if (node.type === "Identifier") return node.name;
  if (node.type !== "MemberExpression") return undefined;
  const object = dotted(node.object);
  const { property } = node;
  if (object === undefined) return undefined;
  if (!node.computed && property.type === "Identifier") return bare(`${object}.${property.name}`);
  if (property.type === "Literal" && typeof property.value === "string") return bare(`${object}.${property.value}`);
  return undefined;
}

function bare(name: string): string {
  return name.replace(/^(globalThis|self)\./, "");
}

/** Whether an identifier names a variable or a type, not a property, a key, a label or the far side of an import. */
function isReference(node: Deno.lint.Identifier): boolean {
  const { parent } = node;
  switch (parent.type) {
    case "MemberExpression":
      return parent.computed || !same(parent.property, node);
    case "TSQualifiedName":
      return !same(parent.right, node);
    case "Property":
      return parent.computed || parent.shorthand || !same(parent.key, node);
    case "PropertyDefinition":
    case "MethodDefinition":
    case "TSPropertySignature":
    case "TSMethodSignature":
    case "TSAbstractMethodDefinition":
    case "TSAbstractPropertyDefinition":
      return parent.computed || !same(parent.key, node);
    case "ImportSpecifier":
    case "ExportSpecifier":
    case "TSNamedTupleMember":
    case "LabeledStatement":
      return false;
    default:
      return true;
  }
}

function same(left: Node, right: Node): boolean {
  return left.type === right.type && left.range[0] === right.range[0] && left.range[1] === right.range[1];
}

const inLib = (place: Place): boolean => place.kind === "layer" || place.kind === "errors";
const shipped = (place: Place): boolean => inLib(place) || place.kind === "root";
const outside = (...allowed: string[]) => (place: Place): boolean =>
  place.kind === "layer" ? !allowed.includes(place.layer) : shipped(place);

const hostModules = new Set([
  "node:child_process",
  "node:cluster",
  "node:perf_hooks",
  "node:timers",
  "node:timers/promises",
  "node:worker_threads",
]);

/** The functions whose callbacks run inside a monitor. */
const goesInside = new Set(["inside", "obtain", "changed", "change"]);

/** Whether a node is in code that runs inside a monitor: in a callback for one, or in a method whose doc says so. */
function isInsideMonitor(node: Node, docOf: (node: Node) => string): boolean {
  for (let above: Node | undefined = node; above !== undefined; above = parentOf(above)) {
    if (above.type === "CallExpression") {
      const { callee } = above;
      const name = callee.type === "MemberExpression" && callee.property.type === "Identifier"
        ? callee.property.name
        : "";
      if (goesInside.has(name)) return true;
    }
    if (above.type === "MethodDefinition") return /^Inside\b/.test(docOf(above));
  }
  return false;
}

function parentOf(node: Node): Node | undefined {
  // Deno's union of nodes lacks one kind of parent, and the topmost node has null.
  return "parent" in node ? (node.parent as Node | null) ?? undefined : undefined;
}

function isNamed(node: Node, names: readonly string[]): boolean {
  return node.type === "Identifier" && names.includes(node.name);
}

/** Whether a specifier is relative. */
function isRelative(specifier: string): boolean {
  return /^\.{1,2}\//.test(specifier);
}

/** The path that a relative specifier in a file names; both paths are from the project's root. */
function resolved(specifier: string, path: string): string {
  return decodeURI(new URL(specifier, `file:///${encodeURI(path)}`).pathname.slice(1));
}

/** The imports of the files of a layer. */
function importsInLayer(path: string): (path: string) => readonly string[] {
  const layer = path.split("/", 2).join("/");
  const known = new Map<string, readonly string[]>();
  return (file) => {
    const before = known.get(file);
    if (before !== undefined) return before;
    const imports = importsIn(textOf(file)).map((specifier) => resolved(specifier, file))
      .filter((other) => other.startsWith(`${layer}/`));
    known.set(file, imports);
    return imports;
  };
}

/** The text of a file, given by its path from the root; empty if it does not exist. */
function textOf(path: string): string {
  try {
    return Deno.readTextFileSync(decodeURI(root) + path);
  } catch {
    return "";
  }
}

/** The plugin. */
const plugin: Deno.lint.Plugin = {
  name: "holdfast",
  rules: {
    "layers": importRule(shipped, ({ path }) => (specifier) => {
      return isRelative(specifier) ? importFault(path, resolved(specifier, path)) : undefined;
    }),

    "circles": importRule((place) => place.kind === "layer", ({ path }) => {
      const importsOf = importsInLayer(path);
      return (specifier) => {
        const way = isRelative(specifier) ? wayTo({ from: resolved(specifier, path), to: path }, importsOf) : undefined;
        if (way === undefined) return undefined;
        return `Cannot import ${way[0]} from ${path}: it leads back (${way.join(" -> ")}), a file below both is wanted`;
      };
    }),

    "specifiers": importRule(shipped, ({ path }) => (specifier) => {
      if (/^(\.{1,2}\/|node:|npm:.)/.test(specifier)) return undefined;
      return `Cannot import "${specifier}" from ${path}: a remote deno.json is not read, ` +
        `a relative, node: or npm: specifier is wanted`;
    }),

    "shared-memory": nameRule(
      outside("memory", "sync"),
      ["SharedArrayBuffer", "Atomics"],
      "in lib/memory/ and lib/sync/ alone",
    ),

    "waiting": nameRule(
      (place, path) => shipped(place) && path !== "lib/memory/waiting.ts",
      ["Atomics.wait", "Atomics.waitAsync", "Atomics.notify"],
      "in lib/memory/waiting.ts alone: how a memory waits is a part of its own",
    ),

    "shared-buffer": rule(shipped, ({ path, report }) => {
      const refuse = (node: Node) =>
        report(
          node,
          `Cannot ask in ${path} whether a buffer is a SharedArrayBuffer: memory that is mapped is shared and is none, ` +
            "the word of whoever made it is wanted",
        );
      return {
        Identifier(node) {
          const { parent } = node;
          const isMade = parent.type === "NewExpression" && same(parent.callee, node);
          if (node.name === "SharedArrayBuffer" && !isMade && parent.type !== "TSTypeReference") refuse(node);
        },
        Literal(node) {
          if (typeof node.value === "string" && node.value.includes("SharedArrayBuffer")) refuse(node);
        },
      };
    }),

    "foreign-functions": nameRule(
      outside("memory"),
      ["Deno.dlopen", "Deno.UnsafePointer", "Deno.UnsafePointerView", "Deno.UnsafeCallback", "Deno.UnsafeFnPointer"],
      "in lib/memory/ alone",
    ),

    "host": nameRule(
      outside("platform", "mode", "host"),
      [
        "Worker",
        "Deno.Command",
        "performance",
        "Date.now",
        "new Date()",
        "setTimeout",
        "setInterval",
        "AbortSignal.timeout",
      ],
      "in lib/host/ alone, which hands clocks and guests to the other layers",
    ),

    "host-modules": importRule(outside("platform", "mode", "host"), ({ path }) => (specifier) => {
      if (!hostModules.has(specifier)) return undefined;
      return `Cannot import "${specifier}" from ${path}: workers, subprocesses and real clocks belong to lib/host/`;
    }),

    "chance": nameRule(
      shipped,
      ["Math.random", "crypto.getRandomValues", "crypto.randomUUID"],
      "nowhere in lib/: a seed is a parameter",
    ),

    "console": nameRule(outside("platform", "mode", "host"), ["console"], "in lib/host/ alone: a sink is a parameter"),

    "non-null": rule((place) => shipped(place) || place.kind === "script", ({ path, report }) => ({
      TSNonNullExpression(node) {
        report(node, `Cannot assert non-null with ! in ${path}: a check is wanted`);
      },
    })),

    "syntax": rule(shipped, ({ path, report, text }) => {
      const refuse = (node: Node, what: string, wanted: string) =>
        report(node, `Cannot use ${what} in ${path}: ${wanted} is wanted`);
      return {
        TSEnumDeclaration: (node) => refuse(node, "enum", "a union of literals"),
        Decorator: (node) => refuse(node, "a decorator", "a plain call"),
        TSParameterProperty(node) {
          // The tree lacks the accessibility of a parameter property.
          if (/^private\b/.test(text(node))) refuse(node, "private", "a #private field");
        },
        MethodDefinition(node) {
          // A constructor cannot be #private.
          if (node.accessibility === "private" && node.kind !== "constructor") {
            refuse(node, "private", "a #private member");
          }
        },
        PropertyDefinition(node) {
          if (node.accessibility === "private") refuse(node, "private", "a #private member");
        },
      };
    }),

    "monitor": rule(
      (place) => place.kind === "layer" && ["sync", "mailbox"].includes(place.layer),
      ({ report, doc }) => ({
        ThrowStatement(node) {
          if (!isInsideMonitor(node, doc)) return;
          report(
            node,
            "Cannot throw inside a monitor: others would sleep at its door, a value that is thrown outside is wanted",
          );
        },
      }),
    ),

    "viewed": rule((place) => place.kind === "layer", ({ report }) => ({
      ClassDeclaration(node) {
        if (!node.implements.some(({ expression }) => isNamed(expression, ["SharedThing", "Viewable"]))) return;
        for (const member of node.body.body) {
          if (member.type !== "MethodDefinition" || member.key.type === "PrivateIdentifier" || member.static) continue;
          const { value } = member;
          const has = value.type === "TSEmptyBodyFunctionExpression"
            ? "overloads"
            : value.typeParameters
            ? "type parameters of its own"
            : undefined;
          if (has === undefined) continue;
          report(
            member,
            `Cannot show this method in views: it has ${has}, which a mapped type loses, one form is wanted`,
          );
        }
      },
    })),

    "unread": rule(() => true, ({ report, text }) => ({
      ClassBody(node) {
        const whole = text(node);
        const times = (pattern: string) => whole.match(new RegExp(pattern, "g"))?.length ?? 0;
        for (const member of node.body) {
          if (!("key" in member) || member.key.type !== "PrivateIdentifier") continue;
          const { name } = member.key;
          // Once where it is declared, and wherever it is only set.
          if (times(`#${name}\\b`) > 1 + times(`this\\.#${name} = `)) continue;
          report(member.key, `Cannot keep #${name}: nothing reads or calls it, a use of it or no member is wanted`);
        }
      },
    })),

    "root-exports": rule((place) => place.kind === "root", ({ path, report }) => ({
      ExportAllDeclaration: (node) => report(node, `Cannot use export * in ${path}: named exports are wanted`),
    })),
  },
};

export default plugin;
