// What the editor asks of the server: every write bears the version it was made on, and every refusal comes back as
// plain data: its words, its rule, its place, and what others did meanwhile.

import { Trouble, ask, csrfToken, getJson, troubleOf } from "../map/http.ts";
import type { Delta, Edit, EditorTold, May, Place, Refusal } from "./editor.ts";

/** What somebody did to the plan since a version. */
export interface ChangeMade {
  version: number;
  what: string;
  text: string;
  by: string;
  at: string;
}

export interface Conflict {
  version: number;
  since: ChangeMade[];
}

/** What the server made of a write. */
export type Answer =
  | { state: "stored"; delta: Delta | null; version: number }
  | { state: "refused"; refusal: Refusal; status: number }
  | { state: "conflict"; conflict: Conflict };

export interface OperationTold {
  number: number;
  edit: Edit;
  text: string;
  by: string;
  at: string;
  in_effect: boolean;
}

export interface PlanTold {
  version: number;
  state: string;
  done: number;
  undone: number;
  may: May;
}

interface Stored {
  delta?: Delta;
  version?: number;
  plan?: { version: number };
}

interface Problem {
  title?: string;
  detail?: string;
  rule?: string;
  place?: Place | null;
  version?: number;
  since?: ChangeMade[];
}

export class PlanCalls {
  constructor(
    /** Address of the plan in the interface, ending in "/". */
    private readonly base: string,
  ) {}

  url(path: string): string {
    return this.base + path;
  }

  start(): Promise<EditorTold> {
    return getJson<EditorTold>(this.url("editor/"));
  }

  plan(): Promise<PlanTold> {
    return getJson<PlanTold>(this.base);
  }

  async operations(): Promise<OperationTold[]> {
    return (await getJson<{ results: OperationTold[] }>(this.url("operations/"))).results;
  }

  /** Ask what edits would change. Throws Refused when they cannot be made. */
  async preview(edits: readonly Edit[], signal: AbortSignal): Promise<Delta> {
    const response = await ask(this.url("preview/"), { ...jsonOf("POST", { edits }), signal });
    if (response.ok) return (await response.json()) as Delta;
    throw await refusedOf(response);
  }

  make(edits: readonly Edit[], version: number): Promise<Answer> {
    return this.write("POST", "operations/", { edits }, version);
  }

  undo(version: number): Promise<Answer> {
    return this.write("POST", "undo/", {}, version);
  }

  redo(version: number): Promise<Answer> {
    return this.write("POST", "redo/", {}, version);
  }

  lock(grids: readonly string[], version: number): Promise<Answer> {
    return this.write("PUT", "locks/", { grids }, version);
  }

  private async write(method: string, path: string, body: unknown, version: number): Promise<Answer> {
    const init = jsonOf(method, body);
    const response = await ask(this.url(path), { ...init, headers: { ...init.headers, "If-Match": `"${version}"` } });
    if (response.ok) {
      const told = (await response.json()) as Stored;
      return { state: "stored", delta: told.delta ?? null, version: told.delta?.version ?? told.plan?.version ?? told.version ?? version };
    }
    const refused = await refusedOf(response);
    if (response.status === 412) return { state: "conflict", conflict: { version: refused.version ?? version, since: refused.since } };
    return { state: "refused", refusal: refused.refusal, status: response.status };
  }
}

/** A refusal as it was told, with its place. */
export class Refused extends Trouble {
  readonly place: Place | null;
  readonly version: number | undefined;
  readonly since: ChangeMade[];

  constructor(trouble: Trouble, problem: Problem) {
    super(trouble.message, trouble.status, trouble.rule);
    this.place = problem.place ?? null;
    this.version = problem.version;
    this.since = problem.since ?? [];
  }

  get refusal(): Refusal {
    return { rule: this.rule, words: this.message, place: this.place };
  }
}

interface JsonInit extends RequestInit {
  headers: Record<string, string>;
}

function jsonOf(method: string, body: unknown): JsonInit {
  return { method, headers: { "Content-Type": "application/json", "X-CSRFToken": csrfToken() }, body: JSON.stringify(body) };
}

/** A refusal that this page itself has to make. */
export function refusedHere(words: string, rule: string): Refused {
  return new Refused(new Trouble(words, 0, rule), {});
}

/** Read a refusal; what says that the person must sign in, or that the server itself is in trouble, is thrown: it may
 * go better later. */
async function refusedOf(response: Response): Promise<Refused> {
  const problem = (await response
    .clone()
    .json()
    .catch(() => ({}))) as Problem;
  const trouble = await troubleOf(response);
  if (trouble.signedOut || response.status >= 500 || response.status === 429) throw trouble;
  return new Refused(trouble, problem);
}
