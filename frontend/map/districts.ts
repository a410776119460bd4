// Another district of those that the account may see.

import { element } from "./dom.ts";
import type { PageConfig } from "./window.ts";
import { t } from "./words.ts";

/** Offer the districts where there are several; choosing one opens its map. */
export function fillDistricts(box: HTMLElement, config: PageConfig): void {
  if (config.districts.length < 2) return;
  const choice = element("select", { id: "district", "aria-label": t("区") });
  for (const { code, name } of config.districts) choice.append(new Option(name, code, false, code === config.district.code));
  choice.addEventListener("change", () => {
    location.href = `${config.urls.map}?district=${encodeURIComponent(choice.value)}`;
  });
  box.append(choice);
}
