// What giving units to a grid changes, worked out here without the server: households and crossed compounds only. Used
// where the network is gone; borders, parts and compactness stay as they were until the server has its say.

import type { Band, CrossedCompound, Delta, Edit, GridNumbers, Problems, UnitFeature, UnitProperties } from "./editor.ts";

/** What an estimate needs to know of the plan. */
export interface Known {
  version: number;
  number: number;
  total: number;
  size: { wanted: number; lowest: number; highest: number; hard: number };
  numbers: ReadonlyMap<string, GridNumbers>;
  problems: Problems;
  findings: Delta["findings"];
  unit(number: number): (UnitProperties & { number: number }) | null;
  /** Numbers of the units of a compound. */
  unitsOf(compound: string): number[];
}

/** Return what edits would change; null where that takes the server: anything but giving units to grids. */
export function estimate(edits: readonly Edit[], known: Known): Delta | null {
  if (edits.length === 0 || edits.some(({ kind }) => kind !== "assign_units")) return null;
  const numbers = new Map<string, GridNumbers>();
  const units = new Map<number, UnitProperties>();
  const moved = new Map<string, { from: string; to: string; households: number; area_m2: number }>();
  const crossed = new Map(known.problems.crossed.map((each) => [each.compound, each]));
  const of = (code: string) => numbers.get(code) ?? known.numbers.get(code);
  const add = (code: string, households: number, area_m2: number) => {
    const before = of(code);
    if (!before) return;
    const after = { ...before, households: before.households + households, area_m2: before.area_m2 + area_m2, changed: true };
    numbers.set(code, { ...after, ...standing(after.households, known.size) });
  };
  for (const edit of edits) {
    const to = String(edit.grid);
    for (const number of edit.units as number[]) {
      const unit = units.get(number) ?? known.unit(number);
      if (!unit) continue;
      for (const { from, share } of holders(unit, crossed.get(unit.compound))) {
        if (from === to) continue;
        const [households, area_m2] = [Math.round(unit.households * share), unit.area_m2 * share];
        add(from, -households, -area_m2);
        add(to, households, area_m2);
        const way = moved.get(`${from} ${to}`) ?? { from, to, households: 0, area_m2: 0 };
        moved.set(`${from} ${to}`, { ...way, households: way.households + households, area_m2: way.area_m2 + area_m2 });
      }
      units.set(number, { ...unit, grid: to, divided: false });
    }
  }
  for (const compound of new Set([...units.values()].map((unit) => unit.compound))) {
    const parts = known.unitsOf(compound).map((number) => units.get(number) ?? known.unit(number));
    if (parts.every((part) => part && !part.divided && part.grid === parts[0]?.grid)) crossed.delete(compound);
  }
  const by = [...moved.values()];
  const whole = (code: string, grid: GridNumbers) => ({ ...grid, crossed: grid.crossed.filter((each) => crossed.has(each)), code });
  return {
    version: known.version,
    number: known.number,
    total: known.total,
    grids: [...numbers].map(([code, grid]) => ({ ...whole(code, grid), geometry: null })),
    gone: [],
    units: { changed: [...units].map(([id, properties]) => unitOf(id, properties)), gone: [] },
    moved: { households: sum(by, "households"), area_m2: sum(by, "area_m2"), buildings: 0, by },
    says: [],
    problems: { ...known.problems, crossed: [...crossed.values()] },
    findings: known.findings,
  };
}

/** Where a unit lies now: a divided one in several grids, by their shares. */
function holders(unit: UnitProperties, crossed: CrossedCompound | undefined): { from: string; share: number }[] {
  if (!unit.divided || !crossed) return [{ from: unit.grid, share: 1 }];
  const whole = crossed.grids.reduce((total, { share }) => total + share, 0) || 1;
  return crossed.grids.map(({ code, share }) => ({ from: code, share: share / whole }));
}

/** How a number of households stands to the band of the rules. */
export function standing(households: number, size: Known["size"]): { of_wanted: number | null; band: Band } {
  const of_wanted = size.wanted > 0 ? households / size.wanted - 1 : null;
  if (households === 0) return { of_wanted, band: "empty" };
  if (households > size.hard) return { of_wanted, band: "above_hard" };
  if (households > size.highest) return { of_wanted, band: "over" };
  return { of_wanted, band: households < size.lowest ? "under" : "within" };
}

function unitOf(id: number, properties: UnitProperties): UnitFeature {
  return { type: "Feature", id, geometry: null, properties };
}

function sum<Key extends string>(rows: readonly Record<Key, number>[], key: Key): number {
  return rows.reduce((total, row) => total + row[key], 0);
}
