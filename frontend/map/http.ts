// Requests to our own site: JSON in and out, the CSRF token from its cookie (a new sign-in in another tab renews it
// there), and every failure as a Trouble that says in Chinese what happened.

import { t } from "./words.ts";

/** Why a request failed, in words for the person; `rule` is the server's stable name of the refusal. */
export class Trouble extends Error {
  readonly status: number;
  readonly rule: string;

  constructor(message: string, status = 0, rule = "") {
    super(message);
    this.name = "Trouble";
    this.status = status;
    this.rule = rule;
  }

  /** True when the session ended: signing in again in another tab lets the same request succeed. */
  get signedOut(): boolean {
    return this.rule === "session.expired";
  }
}

type Listener = (trouble: Trouble) => void;
const listeners = new Set<Listener>();

/** Hear of every request that found the session ended; the page then offers to sign in without being lost. */
export function onSignedOut(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** True for an abort that the caller itself asked for: nothing to tell anybody. */
export function isAborted(error: unknown): boolean {
  return error instanceof DOMException && error.name === "AbortError";
}

/** Return words for any thrown thing. */
export function wordsOf(error: unknown): string {
  return error instanceof Trouble ? error.message : t("页面出错了，请刷新后再试。");
}

export async function getJson<Answer>(url: string, signal?: AbortSignal): Promise<Answer> {
  return answerOf<Answer>(await ask(url, signal ? { signal } : {}));
}

export async function postJson<Answer>(url: string, body: unknown, signal?: AbortSignal): Promise<Answer> {
  const headers = { "Content-Type": "application/json", "X-CSRFToken": csrfToken() };
  const init: RequestInit = { method: "POST", headers, body: JSON.stringify(body) };
  return answerOf<Answer>(await ask(url, signal ? { ...init, signal } : init));
}

/** Send a form (files as well) and read a JSON answer. */
export async function postForm<Answer>(url: string, form: FormData, signal?: AbortSignal): Promise<Answer> {
  const init: RequestInit = { method: "POST", headers: { "X-CSRFToken": csrfToken() }, body: form };
  return answerOf<Answer>(await ask(url, signal ? { ...init, signal } : init));
}

/** Fetch one of our own addresses; a lost session or network is a Trouble, any other status the caller's to read. */
export async function ask(url: string, init: RequestInit): Promise<Response> {
  const headers = { Accept: "application/json, application/problem+json", ...(init.headers as object) };
  let response: Response;
  try {
    response = await fetch(url, { credentials: "same-origin", ...init, headers });
  } catch (error) {
    if (isAborted(error)) throw error;
    throw new Trouble(t("连接不上服务器。请检查网络，稍后会自动再试。"), 0, "network.unreachable");
  }
  if (lostSession(response)) {
    const trouble = new Trouble(t("登录已过期。请在新标签页登录，本页内容不会丢失。"), response.status, "session.expired");
    for (const listener of listeners) listener(trouble);
    throw trouble;
  }
  return response;
}

/** Return the CSRF token of now. */
export function csrfToken(): string {
  return /(?:^|;\s*)csrftoken=([^;]+)/.exec(document.cookie)?.[1] ?? "";
}

/** A sign-in page instead of the answer, or 401. 403 alone is a refusal: the account may not. */
function lostSession(response: Response): boolean {
  const sentToSignIn = response.redirected && new URL(response.url).pathname.includes("/sign-in/");
  return sentToSignIn || response.status === 401;
}

async function answerOf<Answer>(response: Response): Promise<Answer> {
  if (response.ok) return response.status === 204 ? (undefined as Answer) : ((await response.json()) as Answer);
  throw await troubleOf(response);
}

interface Problem {
  title?: string;
  detail?: string;
  rule?: string;
  type?: string;
}

/** Read a problem document (RFC 9457) into words. */
export async function troubleOf(response: Response): Promise<Trouble> {
  const kind = response.headers.get("Content-Type") ?? "";
  const problem = kind.includes("json") ? ((await response.json().catch(() => ({}))) as Problem) : {};
  const rule = problem.rule ?? "";
  if (response.status === 403 && rule.includes("not_authenticated")) {
    const trouble = new Trouble(t("登录已过期。请在新标签页登录，本页内容不会丢失。"), 403, "session.expired");
    for (const listener of listeners) listener(trouble);
    return trouble;
  }
  return new Trouble(problem.detail || problem.title || statusWords(response.status), response.status, rule);
}

function statusWords(status: number): string {
  if (status === 403) return t("您的账号无权这样做；请联系系统管理员授予相应角色。");
  if (status === 404) return t("没有找到，可能已被删除，或不在您的管辖范围内。");
  if (status === 413) return t("上传的内容太大。");
  if (status === 429) return t("操作太频繁，请稍后再试。");
  return t("服务器没有办成（{status}）。请稍后再试；仍不行时请联系系统管理员。", { status });
}
