import type { AccountExplanation } from '@ballast/contracts';

export interface DifferingLine {
  readonly label: string;
  readonly unit: string;
  /** null where there is no such line. */
  readonly here: string | null;
  readonly there: string | null;
}

type Compared = Pick<AccountExplanation, 'figures' | 'prices'>;

const linesOf = (explanation: Compared): ReadonlyMap<string, { readonly amount: string; readonly unit: string }> =>
  new Map([
    ...explanation.prices.flatMap(({ underlying, index, mark }) => [
      [`${underlying} index`, { amount: index, unit: 'USD' }] as const,
      ...(mark === null ? [] : [[`${underlying} mark`, { amount: mark, unit: 'USD' }] as const]),
    ]),
    ...explanation.figures
      .filter(({ section, label }) => section !== 'remedy' && label !== 'rounding')
      .map(({ label, amount, unit }) => [label, { amount, unit }] as const),
  ]);

/** Every line of two explanations whose amounts differ, in the order of the first. */
export function differingLines(here: Compared, there: Compared): readonly DifferingLine[] {
  const [ours, theirs] = [linesOf(here), linesOf(there)];
  return [...new Set([...ours.keys(), ...theirs.keys()])].flatMap((label): DifferingLine[] => {
    const [our, their] = [ours.get(label), theirs.get(label)];
    if (our?.amount === their?.amount) return [];
    return [{ label, unit: our?.unit ?? their?.unit ?? '', here: our?.amount ?? null, there: their?.amount ?? null }];
  });
}
