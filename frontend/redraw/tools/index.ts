// The tools and panels that change lines and propose: taken into the editor beside its own (frontend/redraw/page.ts).

import type { Editor, Tool } from "../editor.ts";

/** Tools after the first three, in the order of the bar. */
export const tools: Tool[] = [];

/** Fill panels: called once, when the editor stands. */
export function mountPanels(_editor: Editor): void {}
