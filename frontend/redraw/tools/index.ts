// The tools and panels that change lines and propose: taken into the editor beside its own (frontend/redraw/page.ts).

import { mountCards } from "../cards.ts";
import { mountComments } from "../comments.ts";
import type { Editor, Tool } from "../editor.ts";
import { mountFindings } from "../findings.ts";
import { mountProblems } from "../problems.ts";
import { mountProposals } from "../proposals.ts";
import { Border } from "./border.ts";
import { Cut } from "./cut.ts";
import { Drag } from "./drag.ts";
import { Merge, Naming, NewGrid, Retire } from "./grid_forms.ts";
import { Lock } from "./lock.ts";

/** Tools after the first three, in the order of the bar. */
export const tools: Tool[] = [new Drag(), new Border(), new Cut(), new NewGrid(), new Merge(), new Retire(), new Naming(), new Lock()];

/** Fill panels: called once, when the editor stands. */
export function mountPanels(editor: Editor): void {
  mountProblems(editor);
  mountFindings(editor);
  mountComments(editor);
  mountCards(editor);
  mountProposals(editor);
}
