/**
 * The views, by their names: title, what each is for, and how it is loaded.
 */

import type { ComponentType } from "preact";
import type { ViewName } from "./link.ts";

/** A view. */
export interface View {
  readonly title: string;
  readonly about: string;
  load(): Promise<{ readonly default: ComponentType }>;
}

/** All of them. */
export const views: Readonly<Record<ViewName, View>> = {
  run: { title: "Run", about: "Watch a program run", load: () => import("./run/view.tsx") },
  explore: { title: "Explore", about: "Find the order that fails", load: () => import("./explore/view.tsx") },
  simulate: { title: "Simulate", about: "See signals and rates", load: () => import("./simulate/view.tsx") },
  learn: { title: "Learn", about: "Programs, one idea each", load: () => import("./learn/view.tsx") },
};
