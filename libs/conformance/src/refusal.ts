/**
 * How a case and we call what the product refuses. A name that the files use for one of our codes is held to that code; any
 * other name is the source's own word for a refusal, which no code of ours can be told to mean, so a refusal is what it asserts.
 * @param code of our refusal
 * @param expected of the case
 * @param names of the files by our codes
 */
export function refusalName(code: string, expected: unknown, names: Readonly<Record<string, string>> = {}): unknown {
  const ours = names[code] ?? code;
  const theirs = (expected as { readonly error?: unknown } | undefined)?.error;
  if (theirs === true) return true;
  if (typeof theirs !== 'string') return ours;
  return Object.values(names).includes(theirs) ? ours : theirs;
}
