// What people read, in their language. The Chinese is the msgid; another language comes from Django's
// JavaScriptCatalog, which templates/base.html loads before every module.

interface Catalogue {
  gettext(msgid: string): string;
}

export type Values = Record<string, string | number>;

/** Return `msgid` in the page's language with every `{name}` replaced by its value; a name without a value stays. */
export function t(msgid: string, values: Values = {}): string {
  const catalogue = (globalThis as { django?: Catalogue }).django;
  const words = catalogue?.gettext ? catalogue.gettext(msgid) : msgid;
  return words.replace(/\{(\w+)\}/g, (whole, name: string) => (name in values ? String(values[name]) : whole));
}
