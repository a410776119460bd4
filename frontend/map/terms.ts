// The field's words, told by the server with the page (gis/terms.py in the reader's language): never written twice.

export type Terms = Record<string, Record<string, string>>;

let known: Terms = {};

/** Take the words of the page's configuration. */
export function learnTerms(terms: Terms | undefined): void {
  known = terms ?? {};
}

/** Return the label of a word of a list, e.g. term("FindingKind", "gap"); the value itself when it is unknown. */
export function term(list: string, value: string): string {
  return known[list]?.[value] ?? value;
}

/** Return a whole list, value to label, in the server's order. */
export function termsOf(list: string): Record<string, string> {
  return known[list] ?? {};
}
