// What the worklist asks the server for, and what it sends.

import { getJson, postJson } from "../map/http.ts";
import type { Box, FindingShown, Geometry } from "../map/window.ts";

/** One case as the list shows it (gis/web/feed.py). `version` names it as it stood when it was read. */
export interface Row {
  id: number;
  kind: string;
  state: string;
  clarity: string;
  clarity_before: string | null;
  novelty: string;
  subjects: string[];
  names: string[];
  community_code: string;
  community_name: string;
  width_m: number;
  households: number;
  assigned_to: string;
  assigned_to_id: number | null;
  expires_on: string | null;
  version: string;
}

export interface Officer {
  id: number;
  username: string;
  name: string;
  territories: string[];
}

export interface TrendPoint {
  as_of: string;
  clear: number;
  doubtful: number;
}

/** What the list needs once. */
export interface Start {
  me: number;
  run: { id: number; as_of: string; new: number; resolved: number } | null;
  trend: TrendPoint[];
  words: Record<string, Record<string, string>>;
  moves: Record<string, string[]>;
  officers: Officer[];
  may: { triage: string[]; except: string[] };
  files: { csv: string; xlsx: string };
}

export type Option = [value: string, label: string, count: number | null];

export interface Offer {
  name: string;
  label: string;
  chosen: string;
  options: Option[];
}

/** What the filter lets pass: numbers of all cases in order, those that wait for me, what the choices would show. */
export interface Listed {
  total: number;
  ids: number[];
  needing: number[];
  changes: Record<string, number>;
  offers: Offer[];
}

/** One case whole: what the map draws of it, and its life. */
export interface Detail extends FindingShown {
  notes?: { at: string; by: string; from_state: string | null; to_state: string | null; text: string }[];
  evidence?: Record<string, unknown>;
}

/** A change to one case or to many. */
export type Change =
  | { action: "move"; to: string; text: string }
  | { action: "assign"; assignee: string | null }
  | { action: "note"; text: string }
  | { action: "accept"; reason: string; expires_on: string }
  | { action: "end"; reason: string };

export interface Addresses {
  api: string;
  worklist: string;
  district: string;
}

export const ROWS_AT_ONCE = 150;

export class Feed {
  constructor(private readonly at: Addresses) {}

  start(): Promise<Start> {
    return getJson(`${this.at.worklist}start.json?district=${this.at.district}`);
  }

  list(filter: URLSearchParams, signal?: AbortSignal): Promise<Listed> {
    return getJson(`${this.at.worklist}list.json?${this.query(filter)}`, signal);
  }

  async rows(ids: number[]): Promise<Row[]> {
    const { rows } = await getJson<{ rows: Row[] }>(
      `${this.at.worklist}rows.json?district=${this.at.district}&ids=${ids.slice(0, ROWS_AT_ONCE).join(",")}`,
    );
    return rows;
  }

  async detail(id: number, signal?: AbortSignal): Promise<Detail> {
    const detail = await getJson<Detail>(`${this.at.api}findings/${id}/`, signal);
    return { ...detail, bbox: detail.bbox ?? boxOf(detail.place) };
  }

  /** Change cases: all of them or none. `versions` tells how each was seen, so that nobody overwrites unseen. */
  change(ids: number[], change: Change, versions: Record<string, string>): Promise<unknown> {
    const { action, ...told } = change;
    if (action === "end") {
      const [id = 0] = ids;
      return postJson(`${this.at.api}findings/${id}/end-exception/`, { ...told, version: versions[id] });
    }
    const said = Object.fromEntries(Object.entries(told).filter(([name, value]) => name !== "text" || value));
    return postJson(`${this.at.api}findings/bulk/`, { ids, action, ...said, versions });
  }

  /** The filter as the server's pages and files take it. */
  query(filter: URLSearchParams): string {
    const query = new URLSearchParams(filter);
    query.set("district", this.at.district);
    return query.toString();
  }
}

/** The box around a geometry, null for none. */
export function boxOf(geometry: Geometry | null): Box | null {
  const box: Box = [Infinity, Infinity, -Infinity, -Infinity];
  const visit = (part: unknown): void => {
    if (!Array.isArray(part)) return;
    const [lon, lat] = part as unknown[];
    if (typeof lon !== "number" || typeof lat !== "number") return part.forEach(visit);
    box[0] = Math.min(box[0], lon);
    box[1] = Math.min(box[1], lat);
    box[2] = Math.max(box[2], lon);
    box[3] = Math.max(box[3], lat);
  };
  visit(geometry?.coordinates);
  return box[0] <= box[2] ? box : null;
}
