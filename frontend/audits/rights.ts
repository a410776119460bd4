// What an account may do to which cases, and how a case looks at once after a change, before the server has answered.

import type { Change, Officer, Row, Start } from "./feed.ts";

/** The code of the territory that answers for a case. */
export function territoryOf(row: Row, district: string): string {
  return row.community_code || district;
}

function covers(prefixes: readonly string[], territory: string): boolean {
  return prefixes.some((prefix) => territory.startsWith(prefix));
}

/** Whether the account may do anything to any case. */
export function mayAct({ may }: Pick<Start, "may">): boolean {
  return may.triage.length + may.except.length > 0;
}

/** Whether the account may triage, assign and note every one of the cases. */
export function mayTriage(rows: readonly Row[], start: Start, district: string): boolean {
  return rows.length > 0 && rows.every((row) => covers(start.may.triage, territoryOf(row, district)));
}

/** Whether the account may accept exceptions for every one of the cases. */
export function mayExcept(rows: readonly Row[], start: Start, district: string): boolean {
  return rows.length > 0 && rows.every((row) => covers(start.may.except, territoryOf(row, district)));
}

/** The states that all of the cases may go to, the way forward of the first one first. */
export function commonMoves(rows: readonly Row[], start: Start): string[] {
  const [first, ...rest] = rows;
  if (!first) return [];
  return (start.moves[first.state] ?? []).filter((to) => rest.every((row) => start.moves[row.state]?.includes(to)));
}

/** Whom all of the cases may be given to. */
export function able(rows: readonly Row[], officers: readonly Officer[], district: string): Officer[] {
  return officers.filter((officer) => rows.every((row) => covers(officer.territories, territoryOf(row, district))));
}

/** How a case will look when the server takes the change. */
export function changed(row: Row, change: Change, officers: readonly Officer[]): Row {
  if (change.action === "move") return { ...row, state: change.to };
  if (change.action === "accept") return { ...row, state: "excepted", expires_on: change.expires_on };
  if (change.action === "end") return { ...row, state: "found", expires_on: null };
  if (change.action === "note") return row;
  const officer = officers.find((one) => one.username === change.assignee);
  return { ...row, assigned_to: officer?.name ?? change.assignee ?? "", assigned_to_id: officer?.id ?? null };
}

/** Whether a case waits for this account: nobody has looked at it, and it is mine or nobody's. */
export function waits(row: Row, me: number): boolean {
  return row.state === "found" && (row.assigned_to_id === null || row.assigned_to_id === me);
}
