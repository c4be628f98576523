/**
 * A child process that serves as a guest: its setup, and how runtimes differ in that.
 */

/**
 * What a guest in its own process may do besides loading its module, by Deno's names of permissions: everything of a
 * kind, or a list.
 */
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
  /** The system information that it may query. */
  readonly sys?: boolean | readonly string[];
  /** The hosts that it may import from, besides its own module's. */
  readonly import?: boolean | readonly string[];
}

/** Options of guests in their own processes; threads share all of this with their host, and reject it. */
export interface GuestOptions {
  /** Environment variables in addition to the host's. */
  readonly env?: Readonly<Record<string, string>>;
  /** The contents of `Deno.args`, or of `process.argv` from its third element on. */
  readonly args?: readonly string[];
  /** The working directory. */
  readonly cwd?: string;
  /** Flags for V8, such as `--expose-gc`. */
  readonly v8Flags?: readonly string[];
  /** The heap limit, in megabytes. */
  readonly heapLimit?: number;
  /** The path of a configuration file, instead of the one found from its module's folder. */
  readonly config?: string;
  /** The path or URL of an import map. */
  readonly importMap?: string;
  /** Names of unstable features, such as `kv`. */
  readonly unstable?: readonly string[];
}

/** How a guest is started. */
export interface GuestSetup {
  /** The URL of its module. */
  readonly module: string;
  /** Its permissions. */
  readonly permissions: GuestPermissions;
  /** Its options. */
  readonly options: GuestOptions;
}

/** How a child gets what its module imports from elsewhere. */
export type External = "none" | "cached" | "unlocked";

/** A guest to be started as a child process. */
export interface GuestChild extends GuestSetup {
  /** The source text of the module that it runs. */
  readonly entry: string;
  /** How it gets what its module imports from elsewhere. */
  readonly external: External;
  /** The network hosts that its code comes from, such as `127.0.0.1:8000`; none for local files. */
  readonly hosts: readonly string[];
}

/** What runtimes do differently about child processes that serve as guests. */
export interface GuestChildren {
  /** Why agents cannot start guests for this runtime, if so. */
  readonly agentless: string | undefined;
  /**
   * Checks the permissions and options of guests.
   *
   * @throws {RangeError} if this runtime does not support one of them.
   */
  check(setup: Pick<GuestSetup, "permissions" | "options">): void;
  /** The runtime's arguments for starting a guest; throws as {@linkcode GuestChildren.check} does. */
  arguments(child: GuestChild): string[];
  /**
   * Source text that kills its process if its parent is not `host`; a promise `watched` resolves once it is running.
   */
  watchdogText(host: number): string;
  /**
   * How a child whose module could not be loaded for `reason` should get its imports instead, if another way may help.
   */
  externalFor(reason: string, had: External): External | undefined;
  /** Arguments that cache a guest's module and `parts`: one list after the other, until one succeeds. */
  cacheArguments(setup: GuestSetup, parts: readonly string[]): readonly (readonly string[])[];
}
