// The words that everything on the editor's page shares: what the server tells of a plan, what an edit is, and what a
// tool or a panel may ask of the editor. Numbers are households, metres and square metres; land is GeoJSON in degrees.

import type OlMap from "ol/Map.js";

import type { Box, Geometry, PageConfig } from "../map/window.ts";
import type { Land } from "./land.ts";

/** How a grid's households stand to the band of the district's rules. */
export type Band = "within" | "under" | "over" | "above_hard" | "empty";

/** What is known of one grid of the plan as it stands; land in no grid has the code "". */
export interface GridNumbers {
  code: string;
  name: string;
  community: string;
  community_name: string;
  households: number;
  households_before: number;
  /** Signed share of the wanted size: -0.12 is 12 % under. */
  of_wanted: number | null;
  band: Band;
  area_m2: number;
  parts: number;
  /** Polsby-Popper: 1 is a circle. */
  compactness: number;
  /** Whole compounds in it. */
  compounds: number;
  /** Compounds that lie in it and in another grid. */
  crossed: string[];
  buildings: number;
  changed: boolean;
  new: boolean;
  retired: boolean;
  locked: boolean;
}

export interface GridTold extends GridNumbers {
  geometry: Geometry | null;
}

export type Place = [lon: number, lat: number];

export interface Problems {
  unassigned: { unit: number; households: number; area_m2: number; place: Place }[];
  broken: { grid: string; parts: number; places: Place[] }[];
  out_of_range: { grid: string; households: number; of_wanted: number; band: Band; place: Place }[];
  crossed: CrossedCompound[];
  empty: string[];
}

export interface CrossedCompound {
  compound: string;
  name: string;
  households: number;
  grids: { code: string; share: number }[];
  place: Place;
}

export interface FindingTold {
  kind: string;
  subjects: string[];
  text: string;
  place: Place | null;
}

/** Findings against the plan's base; `known` are only counted. */
export interface FindingsTold {
  resolved: FindingTold[] | number;
  known: number;
  new: FindingTold[];
  /** Gone since the step before. */
  cleared?: FindingTold[];
}

export interface UnitProperties {
  grid: string;
  compound: string;
  compound_name: string;
  households: number;
  area_m2: number;
  /** It lies in several grids until it is assigned. */
  divided: boolean;
}

export interface UnitFeature {
  type: "Feature";
  id: number;
  geometry: Geometry | null;
  properties: UnitProperties;
}

export interface Collection<Properties> {
  type: "FeatureCollection";
  features: { type: "Feature"; id?: string | number; geometry: Geometry | null; properties: Properties }[];
}

export interface May {
  edit: boolean;
  submit: boolean;
  decide: boolean;
  withdraw: boolean;
  branch: boolean;
  follow: boolean;
}

/** Everything that the editor draws at its start: `GET plans/<id>/editor/`. */
export interface EditorTold {
  version: number;
  /** Operations in effect, and in the log: there is something to make again while number < total. */
  number: number;
  total: number;
  state: string;
  may: May;
  district: string;
  communities: { code: string; name: string }[];
  size: { wanted: number; lowest: number; highest: number; hard: number };
  bounds: Box;
  grids: GridTold[];
  units: Collection<UnitProperties>;
  around: {
    grids: Collection<{ code: string; name: string }>;
    compounds: Collection<{ code: string; name: string; households: number }>;
    roads: Collection<{ rank: string; name: string }>;
  };
  locks: string[];
  problems: Problems;
  findings: FindingsTold;
}

/** What one or several edits change, or would change. */
export interface Delta {
  version: number;
  number: number;
  total: number;
  /** Only those that it changes. */
  grids: GridTold[];
  /** Codes that are no longer there. */
  gone: string[];
  units: { changed: UnitFeature[]; gone: number[] };
  moved: {
    households: number;
    buildings: number;
    area_m2: number;
    by: { from: string; to: string; households: number; area_m2: number }[];
  };
  /** One line a grid, in the reader's language. */
  says: string[];
  problems: Problems;
  findings: FindingsTold;
}

/** An edit as `POST plans/<id>/operations/` takes it (docs/api.md): `kind`, and what that kind needs. */
export interface Edit {
  kind: string;
  [field: string]: unknown;
}

/** Why an edit was refused, and where to look. */
export interface Refusal {
  rule: string;
  words: string;
  place: Place | null;
}

/** What became of a commit: stored; kept until the network is back; refused; or somebody else was first. */
export type Outcome =
  | { state: "stored"; delta: Delta | null }
  | { state: "kept" }
  | { state: "refused"; refusal: Refusal }
  | { state: "conflict" };

export type Happening = "land" | "selection" | "preview" | "tool" | "locks" | "online" | "history" | "tab";

/** Which units are picked, and which grid they or the brush's land go to (null: none chosen). */
export interface Selection {
  readonly units: ReadonlySet<number>;
  readonly target: string | null;
  pick(units: Iterable<number>, how?: "replace" | "add" | "toggle"): void;
  aim(code: string | null): void;
  clear(): void;
}

/** The plan as it stands on this page. */
export interface PlanInfo {
  readonly id: string;
  readonly title: string;
  version: number;
  number: number;
  total: number;
  state: string;
  may: May;
  district: string;
  communities: { code: string; name: string }[];
  size: EditorTold["size"];
}

/** Panels with a place on the page; those that this room does not fill itself are filled by whoever owns them. */
export type PanelId = "choice" | "cards" | "numbers" | "problems" | "findings" | "grids" | "proposals" | "history";

export interface Editor {
  readonly map: OlMap;
  readonly land: Land;
  /** Every grid's numbers by code, as the plan stands. */
  readonly numbers: ReadonlyMap<string, GridNumbers>;
  readonly plan: PlanInfo;
  readonly problems: Problems;
  readonly findings: FindingsTold;
  readonly locks: ReadonlySet<string>;
  readonly selection: Selection;
  readonly config: RedrawConfig;
  /** What is shown at the moment of an edit that is not made yet. */
  readonly previewed: Delta | null;
  /** Whether this account may draw in the plan as it stands. */
  readonly writable: boolean;
  readonly online: boolean;
  /** Ask what edits would change; of several questions only the last is answered, the others end in AbortError. */
  preview(edits: Edit[]): Promise<Delta>;
  /** Draw what would be and tell its numbers; null takes it away. */
  show(delta: Delta | null): void;
  /** Make edits, all or none, as one step: kept on this machine until the server has stored them. */
  commit(edits: Edit[], says: string): Promise<Outcome>;
  undo(): Promise<Outcome>;
  redo(): Promise<Outcome>;
  /** Take an answer of the server that changed the plan by another way than `commit` (proposals, codes, locks). */
  take(answer: { delta: Delta }): void;
  /** Read everything anew. */
  reload(): Promise<void>;
  setLocks(codes: readonly string[]): Promise<void>;
  on(happening: Happening, heard: () => void): () => void;
  say(words: string, manner?: "info" | "error"): void;
  /** Tell why something was refused, and show where. */
  refuse(refusal: Refusal): void;
  /** Tell any thrown thing. */
  trouble(error: unknown): void;
  /** Take up a tool by its id. */
  use(toolId: string): void;
  /** The element of a panel; `open` brings its tab to the front. */
  panel(id: PanelId): HTMLElement;
  openPanel(id: PanelId): void;
  /** Go to places or a box in degrees, clear of the panels. */
  zoomTo(where: Box | readonly Place[], maxZoom?: number): void;
  /** Address of something of this plan: `url("cards/")`. */
  url(path: string): string;
}

/** A way of working on the map, taken up by its button or its key. */
export interface Tool {
  readonly id: string;
  readonly label: string;
  /** One letter, in capitals. */
  readonly key: string;
  /** What to do with it, one sentence: shown while it is in the hand. */
  readonly hint: string;
  /** Path of a line drawing on a 24 × 24 board. */
  readonly icon: string;
  start(editor: Editor): void;
  stop(): void;
  /** A key while the map has the focus; true when the tool has used it. Escape comes here first. */
  pressed?(event: KeyboardEvent): boolean;
}

/** What the server tells the page (json_script "redraw-config"). */
export interface RedrawConfig extends Omit<PageConfig, "districts" | "urls"> {
  /** `baseAt`: the moment whose boundaries the plan starts from. */
  plan: { id: string; title: string; baseAt: string };
  urls: { api: string; tiles: string; signIn: string; plan: string };
}
