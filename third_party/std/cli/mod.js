// @ts-self-types="./mod.d.ts"

// One file at a time: the package's own cli/mod.js names exports that it does not have.
export * from "npm:deno-std@1.4.0/cli/parse_args.js";
export * from "npm:deno-std@1.4.0/cli/prompt_secret.js";
