// Lines over the map that tell the person something: news goes by itself, errors and an ended session stay.

import { button, element } from "./dom.ts";
import { type Trouble, onSignedOut, wordsOf } from "./http.ts";
import { t } from "./words.ts";

const NEWS_MS = 6_000;
const ERRORS_MAX = 3;

export class Notices {
  private readonly news = element("div", { role: "status", "aria-live": "polite" });
  private readonly errors = element("div", { role: "alert" });
  private session: HTMLElement | null = null;

  constructor(
    box: HTMLElement,
    private readonly signIn: string,
    /** Asked when the person says to be signed in again, and when the page is looked at again: fetch what failed. */
    private readonly tryAgain: () => Promise<void>,
  ) {
    box.append(this.news, this.errors);
    onSignedOut(() => this.askToSignIn());
    window.addEventListener("focus", () => {
      if (this.session) void this.again(true);
    });
  }

  say(message: string, manner: "info" | "error" = "info"): void {
    const box = manner === "error" ? this.errors : this.news;
    const line = element("div", { class: `notice-line ${manner}` }, element("p", {}, message));
    line.append(button("×", () => line.remove(), { class: "close", "aria-label": t("关闭") }));
    for (const old of [...box.children]) if (old.firstChild?.textContent === message) old.remove();
    // The latest news is the news; of errors a few stay.
    const room = manner === "info" ? 0 : ERRORS_MAX - 1;
    while (box.children.length > room) box.firstElementChild?.remove();
    box.append(line);
    if (manner === "info") window.setTimeout(() => line.remove(), NEWS_MS);
  }

  /** Say what went wrong; an ended session has its own line already. */
  trouble(error: unknown): void {
    if ((error as Trouble).signedOut) return;
    this.say(wordsOf(error), "error");
  }

  private askToSignIn(): void {
    if (this.session) return;
    const link = element("a", { href: this.signIn, target: "_blank", rel: "noopener" }, t("在新标签页登录"));
    const again = button(t("已登录，继续"), () => void this.again(false));
    const words = element("p", {}, t("登录已过期。请在新标签页登录，本页内容不会丢失。"));
    this.session = element("div", { class: "notice-line error" }, words, element("div", { class: "actions" }, link, again));
    this.errors.append(this.session);
  }

  private async again(quietly: boolean): Promise<void> {
    try {
      await this.tryAgain();
      this.session?.remove();
      this.session = null;
      this.say(t("已重新登录。"));
    } catch (error) {
      if (!quietly && !(error as Trouble).signedOut) this.trouble(error);
    }
  }
}
