// Waiting for a job of the server: asked every second, shown as a bar; when it ends, the page is loaded anew.

import { Trouble, getJson } from "../map/http.ts";
import { t } from "../map/words.ts";

interface State {
  state: string;
  at_work: boolean;
  started: boolean;
  waits_long: boolean;
  stopping: boolean;
  share: number;
  words: string;
  audit_awaited: boolean;
}

const EVERY_MS = 1000;
const AFTER_TROUBLE_MS = 5000;

export function watchJob(box: HTMLElement): void {
  const words = box.querySelector<HTMLElement>("#working-words")!;
  const bar = box.querySelector<HTMLProgressElement>("#done")!;
  const late = box.querySelector<HTMLElement>("#waits-long")!;
  ask(box.dataset.state!, words, (told) => {
    if (told.state !== box.dataset.was) return false;
    bar.value = told.share;
    late.hidden = !told.waits_long;
    words.textContent = told.stopping ? t("正在停止…") : told.started ? told.words || t("正在准备…") : t("等待后台任务…");
    return true;
  });
}

export function watchAudit(box: HTMLElement): void {
  const words = box.querySelector<HTMLElement>("p");
  ask(box.dataset.state!, words, (told) => told.audit_awaited);
}

/** Ask until `goesOn` says no; then show the page as it is now. */
function ask(url: string, words: HTMLElement | null, goesOn: (told: State) => boolean): void {
  const once = async (): Promise<void> => {
    let pause = EVERY_MS;
    try {
      if (!goesOn(await getJson<State>(url))) {
        location.reload();
        return;
      }
    } catch (error) {
      if (words && error instanceof Trouble) words.textContent = error.message;
      pause = AFTER_TROUBLE_MS;
    }
    window.setTimeout(() => void once(), pause);
  };
  window.setTimeout(() => void once(), EVERY_MS);
}
