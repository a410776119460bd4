// What the solver is asked and what it answers, as the interface tells it (docs/api.md, "Plans"); asked until it is done.

import { Trouble, ask, csrfToken, getJson, postJson, troubleOf } from "../map/http.ts";
import { t } from "../map/words.ts";
import type { Delta, Edit, Editor } from "./editor.ts";

const ASK_AGAIN_MS = 700;

export interface Named {
  code: string;
  name: string;
}

export interface Move {
  units: number[];
  compound: Named | null;
  from_grid: string;
  to_grid: string;
  households: number;
  area_m2: number;
  why: string;
}

export interface Size {
  grid: string;
  before: number;
  after: number;
  low?: number;
  high?: number;
  hard?: number;
}

export interface Choice {
  number: number;
  proof: string;
  said: string;
  households_moved: number;
  households_off_size: number;
  area_moved_m2: number;
  communities: string[];
  grids_changed: string[];
  sizes: Size[];
  relaxed: { grid: string; limit: number; above: number }[];
  new_grids: { code: string; compound: Named }[];
  moves: Move[];
  option?: { kind: "whole" | "own" | "several"; grid: string; possible: boolean; said: string; moved_here: number; more_moved: number | null; parts_after: Record<string, number> };
  check: {
    publishable: boolean;
    refusal: { rule: string; message: string } | null;
    crossed_before?: string[];
    crossed_after?: string[];
    resolved?: number;
    new_findings?: { kind: string; subjects: string[] }[];
    scattered?: string[];
    households_moved?: number;
  };
  concerned: { posts: { grid: string; steward: string }[]; stations: { code: string; name: string; from_grid: string; to_grid: string }[] };
}

export interface Group {
  communities: string[];
  said: string;
  conflict: { said: string; relaxations: { said: string }[] } | null;
}

export interface Answered {
  whole: boolean;
  crossed: number;
  groups: Group[];
  choices: Choice[];
}

export interface Proposal {
  id: string;
  kind: string;
  state: string;
  plan_version: number;
  progress_share: number;
  progress_words: string;
  failure: string;
  answer: Answered | null;
}

const UNDER_WAY = new Set(["waiting", "solving"]);

/** Ask, and ask again how far it is until there is an answer. Nobody solves on for a question that is not asked any more. */
export async function proposed(editor: Editor, path: "proposals/" | "cards/", asked: object, told: (so_far: Proposal) => void, signal: AbortSignal): Promise<Proposal> {
  // Not cut off: only its answer says which question the solver is to let go.
  let proposal = await postJson<Proposal>(editor.url(path), asked);
  while (UNDER_WAY.has(proposal.state)) {
    if (signal.aborted) {
      await cancelled(editor, proposal).catch(() => {}); // it ends at its limit by itself
      signal.throwIfAborted();
    }
    told(proposal);
    await rest(ASK_AGAIN_MS, signal);
    proposal = await getJson<Proposal>(editor.url(`proposals/${proposal.id}/`));
  }
  signal.throwIfAborted();
  if (!proposal.answer) throw new Trouble(proposal.failure || t("求解没有给出结果；请放宽条件后再试。"), 0, "proposal.no_answer");
  return proposal;
}

function rest(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    const timer = window.setTimeout(done, ms);
    signal.addEventListener("abort", () => (window.clearTimeout(timer), done()), { once: true });
  });
}

export async function cancelled(editor: Editor, proposal: Proposal): Promise<void> {
  await postJson(editor.url(`proposals/${proposal.id}/cancel/`), {});
}

/** Take a choice over: it becomes operations of the plan. */
export async function takeOver(editor: Editor, proposal: Proposal, choice: Choice): Promise<void> {
  const headers = { "Content-Type": "application/json", "X-CSRFToken": csrfToken(), "If-Match": `"${editor.plan.version}"` };
  const response = await ask(editor.url(`proposals/${proposal.id}/apply/`), { method: "POST", headers, body: JSON.stringify({ choice: choice.number }) });
  if (response.ok) {
    const { delta } = (await response.json()) as { delta?: Delta };
    if (delta) editor.take({ delta });
    else await editor.reload();
    return;
  }
  const trouble = await troubleOf(response);
  if (response.status === 412) await editor.reload();
  throw trouble;
}

/** The edit that shows on the map what a choice would make. */
export function previewEdit({ moves, new_grids }: Choice): Edit {
  const named = (move: Move) => move.to_grid || (new_grids.find(({ compound }) => compound.code === move.compound?.code)?.code ?? "");
  const units = moves.flatMap((move) => move.units.map((unit) => ({ unit, grid: named(move) })));
  return { kind: "apply_proposal", units, new_grids: new_grids.map(({ code, compound }) => ({ code, name: compound.name })) };
}
