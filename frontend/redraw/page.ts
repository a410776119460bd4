// The redraw editor's page: read what the server told, ask for the plan, and begin.

import { element, required } from "../map/dom.ts";
import { getJson, wordsOf } from "../map/http.ts";
import { learnTerms } from "../map/terms.ts";
import { t } from "../map/words.ts";
import type { EditorTold, RedrawConfig } from "./editor.ts";

async function begin(config: RedrawConfig): Promise<void> {
  learnTerms(config.terms);
  await getJson<EditorTold>(`${config.urls.api}plans/${config.plan.id}/editor/`);
}

function failed(error: unknown): void {
  const again = element("a", { href: location.href }, t("重新打开"));
  required("map").replaceChildren(element("div", { class: "failed", role: "alert" }, element("p", {}, wordsOf(error)), again));
}

required("no-script").remove();
const config = JSON.parse(required("redraw-config").textContent ?? "{}") as RedrawConfig;
begin(config).catch(failed);
