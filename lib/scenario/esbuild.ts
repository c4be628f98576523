/**
 * The part of esbuild that scenarios use: callers hand it in, as they do fast-check, so that nothing is loaded where no
 * scenario is explored.
 */

/** Where something is wrong. */
export interface EsbuildMessage {
  /** What is wrong. */
  readonly text: string;
  /** Where; null where nobody knows. */
  readonly location: { readonly file: string; readonly line: number; readonly column: number } | null;
}

/** What esbuild asks about an import. */
export interface EsbuildImport {
  /** The specifier. */
  readonly path: string;
  /** Who imports it. */
  readonly importer: string;
  /** The namespace of who imports it. */
  readonly namespace: string;
  /** The folder of who imports it. */
  readonly resolveDir: string;
  /** How it is imported. */
  readonly kind: string;
}

/** Where an import leads. */
export interface EsbuildResolved {
  /** What it is called. */
  readonly path?: string;
  /** Who loads it. */
  readonly namespace?: string;
  /** Why it leads nowhere. */
  readonly errors?: { readonly text: string }[];
}

/** What a module holds. */
export interface EsbuildLoaded {
  /** Its text. */
  readonly contents?: string | Uint8Array;
  /** What it is written in. */
  readonly loader?: "js" | "jsx" | "ts" | "tsx" | "json" | "text" | "binary";
  /** Where its imports are looked for. */
  readonly resolveDir?: string;
  /** Why it cannot be loaded. */
  readonly errors?: { readonly text: string }[];
}

/** What plugins do. */
export interface EsbuildHooks {
  /** Finds imports. */
  onResolve(
    which: { filter: RegExp; namespace?: string },
    resolve: (args: EsbuildImport) => EsbuildResolved | undefined | Promise<EsbuildResolved | undefined>,
  ): void;
  /** Loads modules. */
  onLoad(
    which: { filter: RegExp; namespace?: string },
    load: (args: { readonly path: string }) => EsbuildLoaded | undefined | Promise<EsbuildLoaded | undefined>,
  ): void;
}

/** How a bundle is made. */
export interface EsbuildOptions {
  /** Where it begins. */
  entryPoints: string[];
  /** Whether imports are followed. */
  bundle: true;
  /** The kind of module. */
  format: "esm";
  /** Which modules are built in. */
  platform: "node";
  /** The language. */
  target: string;
  /** Whether it writes files. */
  write: false;
  /** Whether it tells what the bundle is made of. */
  metafile: true;
  /** Where it would write. */
  outfile: string;
  /** What paths are relative to. */
  absWorkingDir: string;
  /** Where the source map goes. */
  sourcemap: "external";
  /** Whether the map holds the sources. */
  sourcesContent: boolean;
  /** Whether the text is as short as it can be without other names. */
  minifyWhitespace: boolean;
  /** What it prints. */
  logLevel: "silent";
  /** What becomes of legal comments. */
  legalComments: "none";
  /** Whether functions keep their names. */
  keepNames: boolean;
  /** How it writes characters. */
  charset: "utf8";
  /** The conditions of entries of packages. */
  conditions: string[];
  /** The main fields of packages. */
  mainFields: string[];
  /** What the text may use of the language. */
  supported: Record<string, boolean>;
  /** Names and what takes their place. */
  define: Record<string, string>;
  /** Options of the TypeScript compiler. */
  tsconfigRaw: { compilerOptions: Record<string, unknown> };
  /** What finds and loads modules. */
  plugins: { name: string; setup: (build: EsbuildHooks) => void }[];
}

/** A bundle. */
export interface EsbuildMade {
  /** Its files. */
  outputFiles: { readonly path: string; readonly text: string }[];
  /** What it is made of. */
  metafile?: { readonly inputs: Readonly<Record<string, unknown>> };
}

/** The part of esbuild that scenarios use. */
export interface Esbuild {
  /** Its version. */
  readonly version?: string;
  /** Makes a bundle; rejects with `errors`. */
  build(options: EsbuildOptions): Promise<EsbuildMade>;
}
