/**
 * The choice of a program, its variant and its parameters, all of which stand in the link.
 */

import type { JSX } from "preact";
import { faultOf, type Parameter } from "../../../../lib/program/parameter.ts";
import type { CatalogEntry } from "../../catalog.ts";
import { type ParameterValue, valueOf } from "../link.ts";
import { go, goToProgram, link, parameters, program, programs, variant } from "../state.ts";
import { Select, Switch, TextField } from "./fields.tsx";
import { Toolbar } from "./panel.tsx";

/** The choice; `among` leaves out programs that a view cannot show. */
export function ProgramChoice({ among }: { readonly among?: (entry: CatalogEntry) => boolean }): JSX.Element {
  const names = programs.value.filter((entry) => among?.(entry) ?? true).map(({ name }) => name);
  const { name, variants, specimens, claim } = program.value;
  if (!names.includes(name)) names.unshift(name);
  return (
    <>
      <Toolbar label="Program">
        <Select label="Program" value={name} options={names} onChange={goToProgram} />
        {variants.length > 1 && (
          <Select
            label="Variant"
            value={variant.value}
            options={variants}
            name={(one) => specimens.includes(one) ? `${one} (has a bug)` : one}
            onChange={(one) => go({ variant: one, schedule: undefined })}
          />
        )}
        {Object.entries(program.value.parameters).map(([own, parameter]) => (
          <ParameterField key={`${name}.${own}`} name={own} parameter={parameter} />
        ))}
      </Toolbar>
      <p class="claim">{claim}</p>
    </>
  );
}

function ParameterField({ name, parameter }: { readonly name: string; readonly parameter: Parameter }): JSX.Element {
  const value = parameters.value[name] ?? parameter.default;
  const change = (next: ParameterValue): void => {
    const { [name]: _before, ...others } = link.peek().parameters;
    go({ parameters: next === parameter.default ? others : { ...others, [name]: next }, schedule: undefined });
  };
  const { description: about } = parameter;
  const label = words(name);
  if ("choices" in parameter) {
    return <Select label={label} value={String(value)} options={parameter.choices} onChange={change} />;
  }
  if (typeof parameter.default === "boolean") {
    return <Switch label={label} value={value === true} about={about} onChange={change} />;
  }
  return (
    <TextField
      label={label}
      value={value}
      about={about}
      numeric={typeof parameter.default === "number"}
      onChange={change}
      parse={(text) => {
        const read = valueOf(parameter, text);
        const wanted = faultOf(parameter, read);
        return wanted === undefined ? { value: read } : { wanted };
      }}
    />
  );
}

/** A name in camel case as words. */
function words(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
