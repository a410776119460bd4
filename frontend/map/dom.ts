// Elements made by hand: names from the data go in as text, never as markup.

type Child = Node | string | null | undefined | false;

export interface Attributes {
  [name: string]: string | number | boolean | null | undefined;
}

/** Make an element: attributes (true: present without a value; false, null: left out), then children. */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    made.setAttribute(name, value === true ? "" : String(value));
  }
  made.append(...children.filter((child): child is Node | string => Boolean(child)));
  return made;
}

/** Make a button that does something. */
export function button(words: Child, action: () => void, attributes: Attributes = {}): HTMLButtonElement {
  const made = element("button", { type: "button", ...attributes }, words);
  made.addEventListener("click", action);
  return made;
}

const SVG = "http://www.w3.org/2000/svg";

/** Make a line drawing on a 24 × 24 board, unseen by screen readers: a button says in words what it does. */
export function icon(path: string): SVGSVGElement {
  const made = document.createElementNS(SVG, "svg");
  made.setAttribute("viewBox", "0 0 24 24");
  made.setAttribute("aria-hidden", "true");
  made.setAttribute("class", "icon");
  const line = document.createElementNS(SVG, "path");
  line.setAttribute("d", path);
  made.append(line);
  return made;
}

/** Return an element that the page must have. */
export function required(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no #${id}`);
  return found;
}

export function narrow(): boolean {
  return window.matchMedia("(max-width: 720px)").matches;
}

/** Keep a person's choice in this browser; without storage it is kept for nobody. */
export function keep(name: string, value: string): void {
  try {
    localStorage.setItem(`gridwork.${name}`, value);
  } catch {
    // Storage is full or forbidden: the choice holds until the page closes.
  }
}

export function kept(name: string): string | null {
  try {
    return localStorage.getItem(`gridwork.${name}`);
  } catch {
    return null;
  }
}
