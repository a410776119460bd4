// Small questions before a change: to which state, to whom, what to note, why and until when an exception holds.

import { button, element } from "../map/dom.ts";
import { t } from "../map/words.ts";
import type { Change, Officer, Start } from "./feed.ts";
import { mayAct } from "./rights.ts";

const TEXT_MAX = 2000;

/** Ask in a modal dialog; null when the person thinks better of it. Focus goes back to where it was by itself. What has
 * no answer to `read` is only shown: there is nothing to think better of. */
function ask<Answer>(title: string, fields: HTMLElement[], confirm: string, read?: () => Answer): Promise<Answer | null> {
  const dialog = element("dialog", { class: "question", "aria-labelledby": "question-title" });
  const form = element("form", { method: "dialog" });
  const cancel = button(t("取消"), () => dialog.close(), { class: "secondary outline" });
  const yes = element("button", { type: "submit" }, confirm);
  form.append(element("h2", { id: "question-title" }, title), ...fields, element("div", { class: "actions" }, yes, ...(read ? [cancel] : [])));
  dialog.append(form);
  document.body.append(dialog);
  return new Promise((resolve) => {
    let answer: Answer | null = null;
    form.addEventListener("submit", () => (answer = read?.() ?? null));
    form.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit(yes);
    });
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(answer);
    });
    dialog.showModal();
    form.querySelector<HTMLElement>("select, textarea, input")?.focus();
  });
}

function textArea(words: string, required: boolean): { field: HTMLElement; area: HTMLTextAreaElement } {
  const area = element("textarea", { rows: 3, maxlength: TEXT_MAX, required });
  // Spaces alone say nothing: the server refuses them, and so does the field.
  if (required) area.addEventListener("input", () => area.setCustomValidity(area.value.trim() ? "" : t("请写明情况。")));
  return { field: element("label", {}, words, area), area };
}

function selectOf(words: string, options: [value: string, label: string][]): { field: HTMLElement; select: HTMLSelectElement } {
  const select = element("select", {}, ...options.map(([value, label]) => element("option", { value }, label)));
  return { field: element("label", {}, words, select), select };
}

export function askMove(about: string, states: [value: string, label: string][]): Promise<Change | null> {
  const { field: to, select } = selectOf(t("状态改为"), states);
  const { field: text, area } = textArea(t("说明（可不填）"), false);
  return ask(t("变更状态：{about}", { about }), [to, text], t("变更状态"), () => ({ action: "move", to: select.value, text: area.value }));
}

export function askOfficer(about: string, officers: readonly Officer[], me: number): Promise<Change | null> {
  const mine = officers.filter((officer) => officer.id === me);
  const others = officers.filter((officer) => officer.id !== me);
  const options: [string, string][] = [
    ...mine.map((officer): [string, string] => [officer.username, t("我自己（{name}）", { name: officer.name })]),
    ...others.map((officer): [string, string] => [officer.username, officer.name]),
    ["", t("无人")],
  ];
  const { field, select } = selectOf(t("负责人"), options);
  return ask(t("指派：{about}", { about }), [field], t("指派"), () => ({ action: "assign", assignee: select.value || null }));
}

export function askNote(about: string): Promise<Change | null> {
  const { field, area } = textArea(t("备注"), true);
  return ask(t("添加备注：{about}", { about }), [field], t("添加备注"), () => ({ action: "note", text: area.value }));
}

export function askException(about: string, today: string): Promise<Change | null> {
  const { field: why, area } = textArea(t("理由"), true);
  const until = element("input", { type: "date", min: dayAfter(today), required: true });
  const fields = [why, element("label", {}, t("到期日（从这一天起不再有效）"), until)];
  return ask(t("认可例外：{about}", { about }), fields, t("认可例外"), () => ({
    action: "accept",
    reason: area.value,
    expires_on: until.value,
  }));
}

export function askEnd(about: string): Promise<Change | null> {
  const { field, area } = textArea(t("终止理由"), true);
  return ask(t("终止例外：{about}", { about }), [field], t("终止例外"), () => ({ action: "end", reason: area.value }));
}

export function dayAfter(today: string): string {
  const day = new Date(`${today}T00:00:00Z`);
  day.setUTCDate(day.getUTCDate() + 1);
  return day.toISOString().slice(0, 10);
}

/** What the keys do for this account; for people who press the question mark. */
export function showKeys(may: Start["may"]): void {
  const triage: [string, string][] = [
    ["T", t("研判")],
    ["S", t("变更为其他状态")],
    ["A", t("指派")],
    ["M", t("添加备注")],
  ];
  const ticking = mayAct({ may });
  const ticks: [string, string][] = [
    [t("空格"), t("勾选；按住 Shift 勾选一段")],
    ["Ctrl A", t("勾选筛选出的全部")],
  ];
  const keys: [string, string][] = [
    ["↑ ↓  J K", t("上一个、下一个")],
    ["Enter", t("在地图上放大")],
    ["N", t("下一个待研判的问题")],
    ...(may.triage.length ? triage : []),
    ...(may.except.length ? [["E", t("认可例外")] satisfies [string, string]] : []),
    ...(ticking ? ticks : []),
    ["/", t("查找")],
    ["Esc", ticking ? t("取消勾选；再按回到地图") : t("回到地图")],
    ["?", t("本说明")],
  ];
  const rows = keys.map(([key, words]) =>
    element("tr", {}, element("th", { scope: "row" }, element("kbd", {}, key)), element("td", {}, words)),
  );
  void ask(t("清单的按键"), [element("table", {}, element("tbody", {}, ...rows))], t("知道了"));
}
