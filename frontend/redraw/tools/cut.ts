// Cut a grid in two along a line, or a unit of free land, or a compound that is to hold several whole grids.

import { element } from "../../map/dom.ts";
import { t } from "../../map/words.ts";
import type { Edit, Editor } from "../editor.ts";
import { LineTool, joinedNotes, shortWords } from "./line_tool.ts";
import { type XY, joinedTo, tally } from "./lines.ts";
import { type Asked, Offer, inputOf, nameOf } from "./offer.ts";
import { geoLine, linesOf, placeOf } from "./outlines.ts";

type What = "grid" | "unit" | "compound";

/** One thing that a line could cut. */
interface Target {
  what: What;
  label: string;
  rings: XY[][];
  inside(point: XY): boolean;
  edit(line: XY[], name: string): Edit;
  says: string;
}

export class Cut extends LineTool {
  readonly id = "cut";
  readonly label = t("切分");
  readonly key = "C";
  readonly hint = t("从边界一侧画到另一侧，切开网格或单元；Enter 在地图中心落点，Esc 退一点。");
  readonly icon = "M5 5l14 14M8 6a2 2 0 1 1-4 0 2 2 0 0 1 4 0M8 18a2 2 0 1 1-4 0 2 2 0 0 1 4 0M8 16L19 5";

  protected offered(line: XY[], done: () => void): Offer | null {
    const editor = this.editor!;
    const targets = this.targets(line);
    if (targets.length === 0) {
      editor.refuse({ rule: "edit.cut_misses", words: t("所画的线没有经过本方案的网格。"), place: placeOf(line[0]!) });
      return null;
    }
    const fitting = targets.find((each) => !this.joined(each, line).short);
    if (!fitting) {
      const joined = this.joined(targets[0]!, line);
      editor.refuse({ rule: "edit.cut_incomplete", words: shortWords(joined), place: placeOf(joined.short!.at) });
      return null;
    }
    const kinds = element("fieldset", {}, element("legend", {}, t("切什么")));
    for (const each of targets) {
      const radio = element("input", { type: "radio", name: "what", value: each.what, checked: each === fitting });
      kinds.append(element("label", {}, radio, ` ${each.label}`));
    }
    const name = inputOf(t("新网格名称（可不填）"), { maxlength: 120 });
    const chosen = () => targets.find(({ what }) => what === kinds.querySelector<HTMLInputElement>("input:checked")?.value) ?? fitting;
    const asked = (): Asked | string => {
      const target = chosen();
      name.field.hidden = target.what !== "grid";
      const joined = this.joined(target, line);
      if (joined.short) return shortWords(joined);
      return { edits: [target.edit(joined.line, name.input.value.trim())], says: target.says, notes: joinedNotes(joined) };
    };
    return new Offer(editor, { title: t("切分"), fields: [kinds, name.field], confirm: t("切开"), asked, done });
  }

  private joined(target: Target, line: XY[]): ReturnType<typeof joinedTo> {
    return joinedTo(target.rings, (point) => target.inside(point), line, this.reach);
  }

  /** What lies under the line: the grid that most of it runs through, and the unit. */
  private targets(line: XY[]): Target[] {
    const editor = this.editor!;
    const { land } = editor;
    const points = this.samplesOf(line);
    const grid = tally(points, (point) => land.gridAt([...point]) || null)[0]?.[0];
    const unit = tally(points, (point) => land.unitAt([...point]))[0]?.[0];
    return [...(grid ? [gridTarget(editor, grid)] : []), ...(unit === undefined ? [] : unitTarget(editor, unit))];
  }
}

function gridTarget(editor: Editor, code: string): Target {
  const area = editor.land.grid(code)!.getGeometry()!;
  const name = nameOf(editor, code);
  return {
    what: "grid",
    label: t("网格 {grid}：分出一个新网格，小区保持完整", { grid: name }),
    rings: linesOf(area),
    inside: (point) => area.intersectsCoordinate([...point]),
    edit: (line, called) => ({ kind: "cut_grid", grid: code, line: geoLine(line), name: called }),
    says: t("切分网格 {grid}", { grid: name }),
  };
}

function unitTarget(editor: Editor, number: number): Target[] {
  const { land } = editor;
  const unit = land.unit(number);
  const area = land.units.getFeatureById(number)?.getGeometry();
  if (!unit || !area) return [];
  const shape = { rings: linesOf(area), inside: (point: XY) => area.intersectsCoordinate([...point]) };
  if (unit.compound && land.unitsOf(unit.compound).length === 1) {
    const name = unit.compound_name || unit.compound;
    return [
      {
        ...shape,
        what: "compound",
        label: t("小区“{name}”：划分成几块，各自归入完整的网格", { name }),
        edit: (line) => ({ kind: "divide_compound", compound: unit.compound, lines: [geoLine(line)] }),
        says: t("划分小区 {name}", { name }),
      },
    ];
  }
  return [
    {
      ...shape,
      what: "unit",
      label: t("单元 {number}：只切开这块地，不改网格", { number }),
      edit: (line) => ({ kind: "cut_unit", unit: number, line: geoLine(line) }),
      says: t("切开单元 {number}", { number }),
    },
  ];
}
