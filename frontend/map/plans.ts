// The way from a place with something wrong to a plan that mends it.

import { element } from "./dom.ts";
import type { PageConfig } from "./window.ts";
import { t } from "./words.ts";

/** Makes a link to a new plan for a place; null for an account that draws none. */
export type PlanLink = ((kind: "compound" | "community", code: string) => HTMLElement) | null;

export function planLink({ district, may }: Pick<PageConfig, "district" | "may">): PlanLink {
  if (!may.edit_plan) return null;
  return (kind, code) => {
    const query = new URLSearchParams({ district: district.code, [kind]: code });
    return element("a", { href: `/plans/new/?${query}` }, t("编制调整方案"));
  };
}
