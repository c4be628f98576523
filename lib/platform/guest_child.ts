/**
 * A child that serves as a guest: what it is started with, and what runtimes do differently about that.
 */

/** What a guest elsewhere may do besides loading its module, by Deno's names of permissions: everything of a kind, or a list. */
export interface GuestPermissions {
  /** Files and folders that it may read. */
  readonly read?: boolean | readonly string[];
  /** Files and folders that it may write. */
  readonly write?: boolean | readonly string[];
  /** Hosts that it may connect to. */
  readonly net?: boolean | readonly string[];
  /** Environment variables that it may read. */
  readonly env?: boolean | readonly string[];
  /** Programs that it may run. */
  readonly run?: boolean | readonly string[];
  /** Libraries that it may load. */
  readonly ffi?: boolean | readonly string[];
  /** What it may learn of the machine. */
  readonly sys?: boolean | readonly string[];
  /** Hosts besides those of its own module that it may import from. */
  readonly import?: boolean | readonly string[];
}

/** What a guest elsewhere is given along; threads share all of it with their host, and refuse it. */
export interface GuestOptions {
  /** Environment variables besides those of the host. */
  readonly env?: Readonly<Record<string, string>>;
  /** What `Deno.args` holds, or `process.argv` from its third element on. */
  readonly args?: readonly string[];
  /** The working folder. */
  readonly cwd?: string;
  /** Flags for V8, such as `--expose-gc`. */
  readonly v8Flags?: readonly string[];
  /** The most memory for its heap, in megabytes. */
  readonly heapLimit?: number;
  /** The path of a configuration, instead of the one that its module's folder has. */
  readonly config?: string;
  /** The path or URL of an import map. */
  readonly importMap?: string;
  /** Names of unstable features, such as `kv`. */
  readonly unstable?: readonly string[];
}

/** What a guest is started with. */
export interface GuestSetup {
  /** The URL of its module. */
  readonly module: string;
  /** What it may do. */
  readonly permissions: GuestPermissions;
  /** What it is given along. */
  readonly options: GuestOptions;
}

/** How a child reaches what its module imports from elsewhere. */
export type External = "none" | "cached" | "unlocked";

/** A guest that is to be started as a child. */
export interface GuestChild extends GuestSetup {
  /** The text of the module that it runs. */
  readonly entry: string;
  /** How it reaches what its module imports from elsewhere. */
  readonly external: External;
  /** The hosts that its code comes from, such as `127.0.0.1:8000`; none for local files. */
  readonly hosts: readonly string[];
}

/** What is different about children that serve as guests. */
export interface GuestChildren {
  /** Why no agent can start guests for this runtime, if so. */
  readonly agentless: string | undefined;
  /**
   * Checks what guests may do and what they are given along.
   *
   * @throws {RangeError} if this runtime cannot do so.
   */
  check(setup: Pick<GuestSetup, "permissions" | "options">): void;
  /** The arguments of this runtime for a guest; throws as {@linkcode GuestChildren.check} does. */
  arguments(child: GuestChild): string[];
  /** Text that kills its process where the parent is another one than `host`; a promise `watched` says when it is at work. */
  watchdogText(host: number): string;
  /** How a child must reach elsewhere whose module could not be loaded for that reason, if otherwise than it did. */
  externalFor(reason: string, had: External): External | undefined;
  /** Arguments that have a guest's module and some more cached: one list after the other, until one succeeds. */
  cacheArguments(setup: GuestSetup, parts: readonly string[]): readonly (readonly string[])[];
}
