/**
 * The part of esbuild's interface that scenarios use. Callers pass in esbuild, as they do with fast-check, so it is
 * loaded only where scenarios are explored.
 */

/** An error message of esbuild. */
export interface EsbuildMessage {
  /** The text of the message. */
  readonly text: string;
  /** The place of the error; null if unknown. */
  readonly location: { readonly file: string; readonly line: number; readonly column: number } | null;
}

/** An import to resolve. */
export interface EsbuildImport {
  /** The specifier. */
  readonly path: string;
  /** The importing module. */
  readonly importer: string;
  /** The namespace of the importing module. */
  readonly namespace: string;
  /** The folder of the importing module. */
  readonly resolveDir: string;
  /** The kind of import. */
  readonly kind: string;
}

/** The target of an import. */
export interface EsbuildResolved {
  /** The path of the target. */
  readonly path?: string;
  /** The namespace, which selects the loader. */
  readonly namespace?: string;
  /** Why it cannot be resolved. */
  readonly errors?: { readonly text: string }[];
}

/** The contents of a module. */
export interface EsbuildLoaded {
  /** Its text. */
  readonly contents?: string | Uint8Array;
  /** The language of the text. */
  readonly loader?: "js" | "jsx" | "ts" | "tsx" | "json" | "text" | "binary";
  /** The folder in which to resolve its imports. */
  readonly resolveDir?: string;
  /** Why it cannot be loaded. */
  readonly errors?: { readonly text: string }[];
}

/** The hooks of a plugin. */
export interface EsbuildHooks {
  /** Registers a function that resolves imports. */
  onResolve(
    which: { filter: RegExp; namespace?: string },
    resolve: (args: EsbuildImport) => EsbuildResolved | undefined | Promise<EsbuildResolved | undefined>,
  ): void;
  /** Registers a function that loads modules. */
  onLoad(
    which: { filter: RegExp; namespace?: string },
    load: (args: { readonly path: string }) => EsbuildLoaded | undefined | Promise<EsbuildLoaded | undefined>,
  ): void;
}

/** Options of a build. */
export interface EsbuildOptions {
  /** The entry points. */
  entryPoints: string[];
  /** Whether to bundle imports. */
  bundle: true;
  /** The format of the output. */
  format: "esm";
  /** The platform, which determines the built-in modules. */
  platform: "node";
  /** The language version of the output. */
  target: string;
  /** Whether to write files. */
  write: false;
  /** Whether to report the inputs of the bundle. */
  metafile: true;
  /** The path of the output file. */
  outfile: string;
  /** The folder that paths are relative to. */
  absWorkingDir: string;
  /** How to output the source map. */
  sourcemap: "external";
  /** Whether the source map contains the sources. */
  sourcesContent: boolean;
  /** Whether to remove whitespace. */
  minifyWhitespace: boolean;
  /** What to print. */
  logLevel: "silent";
  /** What to do with legal comments. */
  legalComments: "none";
  /** Whether to preserve the names of functions. */
  keepNames: boolean;
  /** The encoding of the output. */
  charset: "utf8";
  /** The conditions that select entries of packages. */
  conditions: string[];
  /** The main fields of packages. */
  mainFields: string[];
  /** Which language features the output may use. */
  supported: Record<string, boolean>;
  /** Replacements of names. */
  define: Record<string, string>;
  /** Options of the TypeScript compiler. */
  tsconfigRaw: { compilerOptions: Record<string, unknown> };
  /** The plugins, which resolve and load modules. */
  plugins: { name: string; setup: (build: EsbuildHooks) => void }[];
}

/** The result of a build. */
export interface EsbuildMade {
  /** The output files. */
  outputFiles: { readonly path: string; readonly text: string }[];
  /** A description of the inputs. */
  metafile?: { readonly inputs: Readonly<Record<string, unknown>> };
}

/** The part of esbuild's interface that scenarios use. */
export interface Esbuild {
  /** The version of esbuild. */
  readonly version?: string;
  /** Builds a bundle; rejects with an error that has `errors`. */
  build(options: EsbuildOptions): Promise<EsbuildMade>;
}
