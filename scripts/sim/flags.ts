/**
 * What `deno task sim` takes: flags read, checked and given their defaults.
 *
 * @module
 */

import { parseArgs } from "@std/cli";
import type { Burn, ModeName } from "../../mod.ts";

/** One case: the same experiment in one or more modes. */
export interface Case {
  /** The modes, in order. */
  readonly modes: readonly ModeName[];
  /** How many delegated systems. */
  readonly systems: number;
  /** Seconds between updates. */
  readonly period: number;
  /** Simulated seconds. */
  readonly duration: number;
  /** Whether each release waits for its reply. */
  readonly deterministic: boolean;
  /** Simulated seconds per real second; 0 is as fast as it can. */
  readonly rate: number;
  /** Whether a printer shows each row. */
  readonly print: boolean;
  /** How the systems spend their time. */
  readonly burn: Burn;
}

/** Everything that was asked for. */
export interface Request {
  /** The cases, in order. */
  readonly cases: readonly Case[];
  /** Seconds within which a guest must answer. */
  readonly timeout: number | undefined;
  /** Where to write the Chrome trace. */
  readonly trace: string | undefined;
  /** One JSON document on stdout, nothing else. */
  readonly json: boolean;
  /** Whether the limit and its reason stand beside each rate. */
  readonly explain: boolean;
}

/** Arguments that make no sense: one sentence, exit code 2. */
export class UsageError extends Error {
  /** The class name. */
  override readonly name = "UsageError";
}

/** What `--help` prints. */
export const USAGE = `deno task sim [flags]: busy systems, each delegated to a worker, simulated and measured

Without flags: the six runs of the original, three modes in two cases. With any flag, one case:

  --mode MODES         direct, thread, process, or several with commas    [all three]
  --systems N          how many busy systems                              [1]
  --period SEC         seconds between updates                            [0.1]
  --duration SEC       simulated seconds, at least one period             [4 periods]
  --no-deterministic   release the newest reply, never wait for one
  --rate R             simulated over real time; 0: as fast as it can     [1]
  --print              print each row
  --burn KIND          wall, cpu or none: how a system spends its period  [wall]
  --timeout SEC        end with an error if a worker does not answer      [never]
  --trace FILE         write a Chrome trace (open it in Perfetto)
  --json               one JSON document on stdout
  --help               this text

Example: deno task sim --mode thread,process --systems 2 --period 0.01 --duration 1 --burn cpu`;

const MODES: readonly ModeName[] = ["direct", "thread", "process"];
const BURNS: readonly Burn[] = ["wall", "cpu", "none"];
const MOST_SYSTEMS = 256;

/** The cases of the original. */
const ORIGINAL: readonly Case[] = [
  { modes: MODES, systems: 1, period: 0.1, duration: 0.4, deterministic: true, rate: 1, print: true, burn: "wall" },
  { modes: MODES, systems: 5, period: 0.002, duration: 1, deterministic: true, rate: 1, print: false, burn: "wall" },
];

/** Reads the arguments; `undefined` where help is asked for. */
export function readFlags(args: readonly string[]): Request | undefined {
  const stray: string[] = [];
  const flags = parseArgs([...args], {
    boolean: ["deterministic", "print", "json", "help"],
    string: ["mode", "systems", "period", "duration", "rate", "burn", "timeout", "trace"],
    negatable: ["deterministic"],
    default: { deterministic: true },
    unknown: (argument) => {
      stray.push(argument);
      return false;
    },
  });
  if (flags.help) return undefined;
  const [first] = stray;
  if (first !== undefined) {
    throw new UsageError(`Cannot read the argument ${first}: one of the flags of --help is wanted`);
  }
  if (args.length === 0) return { cases: ORIGINAL, timeout: undefined, trace: undefined, json: false, explain: false };
  const period = number("--period", flags.period, { fallback: 0.1, wanted: "a number of seconds above 0", above: 0 });
  const duration = number("--duration", flags.duration, {
    fallback: 4 * period,
    wanted: `a number of seconds of at least the period, ${period}`,
    least: period,
  });
  const systems = number("--systems", flags.systems, {
    fallback: 1,
    wanted: `an integer of 1 to ${MOST_SYSTEMS}`,
    least: 1,
    most: MOST_SYSTEMS,
    integer: true,
  });
  return {
    cases: [{
      modes: modes(flags.mode),
      systems,
      period,
      duration,
      deterministic: flags.deterministic,
      rate: number("--rate", flags.rate, { fallback: 1, wanted: "a number from 0 up", least: 0 }),
      print: flags.print,
      burn: oneOf("--burn", flags.burn ?? "wall", BURNS),
    }],
    timeout: flags.timeout === undefined
      ? undefined
      : number("--timeout", flags.timeout, { fallback: 0, wanted: "a number of seconds above 0", above: 0 }),
    trace: file(flags.trace),
    json: flags.json,
    explain: true,
  };
}

function number(
  flag: string,
  text: string | undefined,
  options: { fallback: number; wanted: string; above?: number; least?: number; most?: number; integer?: boolean },
): number {
  const { fallback, wanted, above = -Infinity, least = -Infinity, most = Infinity, integer = false } = options;
  if (text === undefined) return fallback;
  const value = text.trim() === "" ? NaN : Number(text);
  const fits = Number.isFinite(value) && value > above && value >= least && value <= most;
  if (fits && (!integer || Number.isSafeInteger(value))) return value;
  throw new UsageError(`Cannot use ${flag} ${text || '""'}: ${wanted} is wanted`);
}

function modes(text: string | undefined): readonly ModeName[] {
  if (text === undefined) return MODES;
  return [...new Set(text.split(",").map((mode) => oneOf("--mode", mode, MODES)))];
}

function oneOf<T extends string>(flag: string, text: string, values: readonly T[]): T {
  const value = values.find((value) => value === text);
  if (value !== undefined) return value;
  throw new UsageError(`Cannot use ${flag} ${text || '""'}: one of (${values.join(", ")}) is wanted`);
}

function file(path: string | undefined): string | undefined {
  if (path !== "") return path;
  throw new UsageError('Cannot use --trace "": a file to write is wanted');
}
