// The upload: files dropped or chosen, counted before they are sent, sent with a progress bar, stopped at will. What
// the server says against them stands next to them, and the chosen files stay chosen.

import { csrfToken } from "../map/http.ts";
import { t } from "../map/words.ts";

const MB = 1024 * 1024;

interface Problem {
  detail?: string;
  rule?: string;
  url?: string;
}

export function upload(form: HTMLFormElement): void {
  const files = form.querySelector<HTMLInputElement>("#files")!;
  const drop = form.querySelector<HTMLElement>("#drop")!;
  const sending = form.querySelector<HTMLElement>("#sending")!;
  let request: XMLHttpRequest | null = null;

  for (const kind of ["dragenter", "dragover"]) {
    drop.addEventListener(kind, (event) => {
      event.preventDefault();
      drop.classList.add("over");
    });
  }
  for (const kind of ["dragleave", "drop"]) drop.addEventListener(kind, () => drop.classList.remove("over"));
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    const dropped = (event as DragEvent).dataTransfer?.files;
    if (dropped?.length) files.files = dropped;
    list(form, files);
  });
  files.addEventListener("change", () => list(form, files));
  form.querySelector("#sending-stop")!.addEventListener("click", () => request?.abort());

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (request || tooMuch(form, files)) return;
    request = new XMLHttpRequest();
    request.addEventListener("loadend", () => {
      request = null;
      sending.hidden = true;
      form.removeAttribute("aria-busy");
    });
    send(form, request);
    sending.hidden = false;
    form.setAttribute("aria-busy", "true");
  });
}

function list(form: HTMLFormElement, files: HTMLInputElement): void {
  const chosen = form.querySelector<HTMLElement>("#chosen")!;
  chosen.replaceChildren(
    ...Array.from(files.files ?? [], (file) => {
      const line = document.createElement("li");
      line.textContent = `${file.name} · ${sizeWords(file.size)}`;
      return line;
    }),
  );
  tooMuch(form, files);
}

export function sizeWords(bytes: number): string {
  return bytes < MB ? `${Math.max(1, Math.round(bytes / 1024))} KB` : `${(bytes / MB).toFixed(1)} MB`;
}

/** Say before anything is sent that it is too much: the server would only say so after all of it. */
function tooMuch(form: HTMLFormElement, files: HTMLInputElement): boolean {
  const limit = Number(form.dataset.limitBytes || 0);
  const total = Array.from(files.files ?? []).reduce((sum, file) => sum + file.size, 0);
  if (!limit || total <= limit) {
    say(form, "");
    return false;
  }
  const words = t("选中的文件共 {total}，超过上传上限 {limit}；请压缩为 ZIP，或按街道、社区拆分后分批上传。");
  say(form, words.replace("{total}", sizeWords(total)).replace("{limit}", sizeWords(limit)));
  return true;
}

function say(form: HTMLFormElement, message: string, rule = "", signIn = false): void {
  const trouble = form.querySelector<HTMLElement>("#trouble")!;
  trouble.hidden = !message;
  const words = document.createElement("p");
  words.textContent = message;
  trouble.replaceChildren(words);
  if (rule) {
    const line = document.createElement("p");
    line.className = "quiet";
    const code = document.createElement("code");
    code.textContent = rule;
    line.append(`${t("规则")}：`, code);
    trouble.append(line);
  }
  if (signIn) {
    const link = document.createElement("a");
    link.href = "/sign-in/";
    link.target = "_blank";
    link.textContent = t("在新标签页登录");
    trouble.append(link);
  }
}

function send(form: HTMLFormElement, request: XMLHttpRequest): void {
  const bar = form.querySelector<HTMLProgressElement>("#sent")!;
  const words = form.querySelector<HTMLElement>("#sending-words")!;
  say(form, "");
  bar.value = 0;
  words.textContent = t("正在上传…");
  request.upload.addEventListener("progress", (event) => {
    if (!event.lengthComputable) return;
    bar.value = event.loaded / event.total;
    words.textContent =
      event.loaded < event.total
        ? t("正在上传 {percent}%（{sent} / {total}）", {
            percent: Math.floor((100 * event.loaded) / event.total),
            sent: sizeWords(event.loaded),
            total: sizeWords(event.total),
          })
        : t("已传完，服务器正在核对…");
  });
  request.addEventListener("load", () => answered(form, request));
  request.addEventListener("error", () => say(form, t("上传中断（网络断开，或文件过大被服务器拒收）；没有保存任何文件，请重试。")));
  request.addEventListener("abort", () => say(form, t("已停止上传，没有保存任何文件。")));
  request.open("POST", form.action);
  request.setRequestHeader("Accept", "application/json");
  request.setRequestHeader("X-CSRFToken", csrfToken());
  const body = new FormData(form);
  // The form's own token is as old as the page; the cookie's is the one of now, also after a new sign-in elsewhere.
  body.delete("csrfmiddlewaretoken");
  request.send(body);
}

function answered(form: HTMLFormElement, request: XMLHttpRequest): void {
  let answer: Problem = {};
  try {
    answer = JSON.parse(request.responseText) as Problem;
  } catch {
    // A page instead of an answer: the status alone speaks.
  }
  if (request.status === 201 && answer.url) {
    location.assign(answer.url);
    return;
  }
  if (request.status === 401) {
    say(form, t("登录已过期，文件没有保存。请在新标签页登录，再回到这里点“上传”；选好的文件还在。"), "", true);
    return;
  }
  const words = answer.detail ?? t("上传没有成功（{status}）；没有保存任何文件，请重试。", { status: request.status });
  say(form, words, answer.rule ?? "");
}
