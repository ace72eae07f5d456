import type { TradeSide } from '@ballast/facts';
import { invariant } from '@ballast/kernel';

/** Id of a fill in suspense. */
export const suspenseReference = ({
  tradeId,
  side,
  part,
}: {
  readonly tradeId: string;
  readonly side: TradeSide;
  readonly part: number | undefined;
}): string => `trade ${tradeId} ${side}${part === undefined ? '' : ` ${part}`}`;

/** Id of a deposit in suspense. */
export const depositReference = (depositId: string): string => `deposit ${depositId}`;

/** What a reference says: `deposit <id>`, `trade <id> <side>`, `trade <id> <side> <part>`. */
export function readReference(reference: string): { readonly id: string; readonly part: number | undefined } {
  const [, id, , part] = reference.split(' ');
  invariant(id, `suspense keeps something without an id: ${reference}`);
  return { id, part: part === undefined ? undefined : Number(part) };
}
