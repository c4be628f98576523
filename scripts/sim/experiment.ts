/**
 * A run of busy systems and its report.
 */

import type { GuestPlace, Host, ModeName } from "../../lib/host/mod.ts";
import { type Profile, Simulator, type Trace } from "../../lib/simulator/mod.ts";
import type { TraceFile } from "../command/trace_file.ts";
import { iterationsFor } from "../cpu_work.ts";
import { busyDiagram } from "./busy.ts";
import type { Case } from "./case.ts";
import { type Limit, limitOf } from "./limit.ts";

/** The report of a run. */
export interface RunReport {
  /** Where the systems ran. */
  readonly mode: ModeName;
  /** What carried their messages. */
  readonly transport: "call" | "shared" | "pipe" | "nats";
  /** The other hosts on which the systems ran, and how they got their module; absent for this host. */
  readonly places?: readonly GuestPlace[];
  /** The number of systems. */
  readonly numSystems: number;
  /** Seconds between updates. */
  readonly periodSec: number;
  /** Simulated seconds. */
  readonly durationSec: number;
  /** Whether each release waited for its reply. */
  readonly deterministic: boolean;
  /** Simulated seconds per real second of the advance. */
  readonly rate: number;
  /** The highest possible rate, `null` if nothing bounds it. */
  readonly limit: number | null;
  /** The reason for the limit. */
  readonly limitReason: string;
  /** The largest lag of a shown reply behind the deterministic law, in periods. */
  readonly lag: number;
  /** Steps that started after their real time. */
  readonly overruns: number;
  /** The outputs at the end. */
  readonly y: readonly number[];
  /** Instants at which updates ran. */
  readonly updates: number;
  /** SHA-256 of the rows. */
  readonly certificate: string;
  /** Where the real time went, if the run was profiled. */
  readonly profile?: Profile;
}

/** The options of a run besides its case. */
export interface RunOptions {
  /** Where the systems run. */
  readonly mode: ModeName;
  /** The host that runs them. */
  readonly host: Host;
  /** Receives the printed rows. */
  print(line: string): void;
  /** Called with the simulated time after each step. */
  progress(t: number): void;
  /** Whether the run is profiled. */
  readonly profile: boolean;
  /** Called with what the run has recorded. */
  ended(report: RunReport, trace: Trace): void;
  /** Called with each thing that took real time. */
  readonly file: TraceFile | undefined;
}

const TRANSPORTS = { direct: "call", thread: "shared", process: "pipe" } as const;

/** Runs one case in one mode. */
export async function runCase(run: Case, options: RunOptions): Promise<RunReport> {
  const { mode, host, file } = options;
  const { systems, period, duration, deterministic, rate, burn } = run;
  const work = burn === "cpu" ? iterationsFor(period) : 0;
  const print = run.print ? (line: string) => options.print(line) : undefined;
  await using simulator = new Simulator(await busyDiagram({ ...run, mode, work, print }), {
    host,
    clock: host.clock,
    rate,
    record: Array.from({ length: systems }, (_, index) => `y${index}`),
    profile: options.profile,
    monitor: (context) => options.progress(context.t),
    ...(file === undefined ? {} : { observe: file.process(`${mode} mode`) }),
  });
  await simulator.initialize();
  await simulator.advanceTo(duration);
  const reached = simulator.rate;
  await simulator.end();
  const { places } = host;
  const limit: Limit = limitOf(run, mode, places.length > 0 ? Infinity : navigator.hardwareConcurrency);
  const report: RunReport = {
    mode,
    transport: places.length > 0 ? "nats" : TRANSPORTS[mode],
    ...places.length > 0 ? { places } : {},
    numSystems: systems,
    periodSec: period,
    durationSec: duration,
    deterministic,
    rate: reached,
    limit: limit.rate ?? null,
    limitReason: limit.reason,
    lag: Math.max(...Object.values(simulator.lag).map(({ most }) => most)),
    overruns: simulator.overruns,
    y: Array.from({ length: systems }, (_, index) => simulator.context.output(`y${index}`) as number),
    updates: simulator.counters.updates,
    certificate: await simulator.trace.certificate(),
    ...options.profile ? { profile: simulator.profile({ cores: navigator.hardwareConcurrency }) } : {},
  };
  options.ended(report, simulator.trace);
  return report;
}
