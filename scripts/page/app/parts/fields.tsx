/**
 * Labeled fields: one of several words, a number, a text, a switch.
 *
 * - A number or a text counts when it is finished: on Enter, or when the field is left. One that is refused is marked, and says why.
 */

import type { JSX } from "preact";
import { useId, useState } from "preact/hooks";

/** What a choice is told. */
interface SelectProps<T extends string> {
  readonly label: string;
  readonly value: T;
  readonly options: readonly T[];
  /** What an option is called; its value by default. */
  readonly name?: (option: T) => string;
  readonly onChange: (value: T) => void;
  /** What the choice means. */
  readonly about?: string;
}

/** One of several words. */
export function Select<T extends string>(
  { label, value, options, name, onChange, about }: SelectProps<T>,
): JSX.Element {
  const id = useId();
  return (
    <div class="field">
      <label for={id} title={about}>{label}</label>
      <select
        id={id}
        value={value}
        onChange={({ currentTarget }) => {
          const chosen = options[currentTarget.selectedIndex];
          if (chosen !== undefined) onChange(chosen);
        }}
      >
        {options.map((option) => (
          <option key={option} value={option} selected={option === value}>{name?.(option) ?? option}</option>
        ))}
      </select>
    </div>
  );
}

/** What a field for text is told. */
interface TextProps<T> {
  readonly label: string;
  readonly value: T;
  /** The value that a text means, or a sentence about what is wanted instead. */
  readonly parse: (text: string) => { readonly value: T } | { readonly wanted: string };
  readonly onChange: (value: T) => void;
  /** What the value means, with its unit. */
  readonly about?: string | undefined;
  readonly numeric?: boolean;
}

/** A value that is written. */
export function TextField<T>({ label, value, parse, onChange, about, numeric = false }: TextProps<T>): JSX.Element {
  const id = useId();
  const [wanted, setWanted] = useState<string>();
  return (
    <div class="field">
      <label for={id} title={about}>{label}</label>
      <input
        id={id}
        type="text"
        class={numeric ? "number" : undefined}
        inputMode={numeric ? "decimal" : "text"}
        autocomplete="off"
        spellcheck={false}
        value={String(value)}
        aria-invalid={wanted !== undefined}
        aria-describedby={wanted === undefined ? undefined : `${id}-wanted`}
        onChange={({ currentTarget }) => {
          const read = parse(currentTarget.value);
          setWanted("wanted" in read ? read.wanted : undefined);
          if ("value" in read) onChange(read.value);
        }}
      />
      {wanted !== undefined && <p class="wanted" id={`${id}-wanted`} role="alert">{wanted} is wanted</p>}
    </div>
  );
}

/** What a field for a number is told. */
interface NumberProps {
  readonly label: string;
  readonly value: number;
  readonly min?: number;
  readonly max?: number;
  /** Whether it need not be whole. */
  readonly fraction?: boolean;
  readonly onChange: (value: number) => void;
  readonly about?: string;
}

/** A number within bounds. */
export function NumberField({ min = 0, max = Infinity, fraction = false, ...props }: NumberProps): JSX.Element {
  return (
    <TextField
      {...props}
      numeric
      parse={(text) => {
        const value = text.trim() === "" ? NaN : Number(text);
        if (value >= min && value <= max && (fraction || Number.isInteger(value))) return { value };
        const range = max === Infinity ? `of at least ${min}` : `from ${min} to ${max}`;
        return { wanted: `a ${fraction ? "" : "whole "}number ${range}` };
      }}
    />
  );
}

/** What a switch is told. */
interface SwitchProps {
  readonly label: string;
  readonly value: boolean;
  readonly onChange: (value: boolean) => void;
  readonly about?: string | undefined;
}

/** Yes or no. */
export function Switch({ label, value, onChange, about }: SwitchProps): JSX.Element {
  return (
    <label class="switch" title={about}>
      <input type="checkbox" checked={value} onChange={({ currentTarget }) => onChange(currentTarget.checked)} />
      {label}
    </label>
  );
}
