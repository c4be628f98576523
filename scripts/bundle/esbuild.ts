/**
 * esbuild, loaded only when something is bundled, and the part of its types that is used.
 */

import { ESBUILD } from "../packages.ts";

export interface BuildOptions {
  readonly bundle?: boolean;
  readonly format?: "esm";
  readonly platform?: "neutral" | "browser";
  readonly target?: string;
  readonly charset?: "utf8";
  readonly external?: readonly string[];
  readonly logLevel?: "silent";
  readonly tsconfigRaw?: unknown;
  readonly define?: Readonly<Record<string, string>>;
  readonly stdin?: { readonly contents: string; readonly resolveDir: string; readonly loader?: "js" };
  readonly minify?: boolean;
  readonly minifyWhitespace?: boolean;
  readonly plugins?: readonly Plugin[];
  readonly write?: boolean;
  readonly outfile?: string;
  /** The entry files, by the names of the outputs. */
  readonly entryPoints?: Readonly<Record<string, string>>;
  readonly outdir?: string;
  /** Whether `import()`ed modules become separate files. */
  readonly splitting?: boolean;
  readonly chunkNames?: string;
  readonly sourcemap?: "external";
  readonly jsx?: "automatic";
  readonly jsxImportSource?: string;
  readonly loader?: Readonly<Record<string, Loader>>;
}

/** The contents of a file. */
type Loader = "js" | "ts" | "tsx" | "css" | "text";

export interface Plugin {
  readonly name: string;
  setup(build: PluginBuild): void;
}

/** The imports or files that a plugin handles. */
interface Filter {
  readonly filter: RegExp;
  readonly namespace?: string;
}

export interface PluginBuild {
  onResolve(
    which: Filter,
    resolve: (args: OnResolveArgs) => OnResolveResult | undefined | Promise<OnResolveResult | undefined>,
  ): void;
  onLoad(which: Filter, load: (args: OnLoadArgs) => Loaded | Promise<Loaded>): void;
  resolve(path: string, options: { readonly kind: string; readonly resolveDir: string }): Promise<Resolved>;
}

interface OnLoadArgs {
  readonly path: string;
  readonly pluginData: unknown;
}

export interface OnResolveArgs {
  readonly path: string;
  readonly kind: string;
  readonly resolveDir: string;
  readonly pluginData: unknown;
}

export interface OnResolveResult {
  readonly path?: string;
  readonly external?: boolean;
  readonly namespace?: string;
  readonly sideEffects?: boolean;
  readonly pluginData?: unknown;
  readonly errors?: readonly Message[];
  readonly warnings?: readonly Message[];
}

interface Message {
  readonly text: string;
}

interface Loaded {
  readonly contents: string;
  readonly loader: Loader;
  readonly pluginData?: unknown;
}

interface Resolved {
  readonly path: string;
  readonly namespace: string;
  readonly pluginData: unknown;
  readonly sideEffects: boolean;
  readonly errors: readonly Message[];
  readonly warnings: readonly Message[];
}

/** A file that was made. */
interface OutputFile {
  readonly path: string;
  readonly text: string;
  readonly contents: Uint8Array<ArrayBuffer>;
}

/** The exports of esbuild that are used. */
interface Esbuild {
  build(options: BuildOptions): Promise<{ readonly outputFiles: readonly OutputFile[] }>;
  /** Ends its process; the next build starts it again. */
  stop(): Promise<void>;
}

/** Loads esbuild. */
export async function esbuild(): Promise<Esbuild> {
  return await import(ESBUILD);
}
