/**
 * What is simulated, and how: all of it stands in the link.
 */

import type { ComponentChildren, JSX } from "preact";
import { NumberField, Select, Switch } from "../parts/fields.tsx";
import { Toolbar } from "../parts/panel.tsx";
import { go, link } from "../state.ts";
import type { Experiment } from "../../work/simulate.ts";
import { EXPERIMENTS, settingsOf } from "./settings.ts";

/** The controls; what starts the run stands behind them. */
export function Controls({ children }: { readonly children: ComponentChildren }): JSX.Element {
  const { experiment, mode, duration, rate, systems, period, burn, deterministic } = settingsOf(link.value);
  const isBusy = experiment === "busy";
  return (
    <Toolbar label="Simulation">
      <Select
        label="Experiment"
        value={experiment}
        options={Object.keys(EXPERIMENTS) as Experiment[]}
        name={(one) => EXPERIMENTS[one]}
        onChange={(experiment) => go({ experiment, duration: undefined, rate: undefined })}
      />
      <Select
        label="Mode"
        value={mode}
        options={["direct", "thread"]}
        about="Where delegated systems run: in the simulator's thread, or each in its own"
        onChange={(mode) => go({ mode })}
      />
      {isBusy && (
        <>
          <NumberField label="Systems" value={systems} min={1} max={32} onChange={(systems) => go({ systems })} />
          <NumberField
            label="Period in s"
            value={period}
            min={0.001}
            max={10}
            fraction
            onChange={(period) => go({ period })}
          />
          <Select
            label="Burn"
            value={burn}
            options={["wall", "cpu", "none"]}
            about="What each update does for one period: watch the clock, compute, or nothing"
            onChange={(burn) => go({ burn })}
          />
        </>
      )}
      <NumberField
        label="Duration in s"
        value={duration}
        min={0.001}
        max={100_000}
        fraction
        about="Simulated seconds"
        onChange={(duration) => go({ duration })}
      />
      <NumberField
        label="Rate"
        value={rate}
        max={1000}
        fraction
        about="Simulated seconds per real second; 0 is as fast as possible"
        onChange={(rate) => go({ rate })}
      />
      {isBusy && (
        <Switch
          label="Releases wait"
          value={deterministic}
          about="Whether each release waits for its reply, so that the outputs are the same in every run"
          onChange={(waits) => go({ waits: waits ? undefined : "no" })}
        />
      )}
      {children}
    </Toolbar>
  );
}
