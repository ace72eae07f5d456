import type { AccountExplanation } from '@ballast/contracts';
import type { LogEntry } from '@ballast/event-sourcing';
import type { MarginEvents } from '@ballast/facts';
import { dec, isoOf, sum, text } from '@ballast/kernel';
import { usd } from './amount-text.js';
import { counted } from './text-table.js';

type Orders = NonNullable<AccountExplanation['orders']>;
type WorstFills = NonNullable<Orders['requirement']>['underlyings'][number]['fills'];

const usedText = ({
  accountId,
  ownerId,
  side,
  figure,
  instrument,
  underlying,
}: MarginEvents['PositionLimitExceeded']): string =>
  `${accountId ?? `All accounts of ${ownerId}`}: ${side} ${figure} ${instrument ?? `USD of ${underlying ?? ''}`}`;

const TELLERS: { readonly [Type in keyof MarginEvents]?: (payload: MarginEvents[Type]) => string } = {
  PositionLimitExceeded: (use) => `${usedText(use)}, beyond the limit of ${use.limit}.`,
  PositionLimitRestored: (use) =>
    `${usedText(use)}, ${use.limit === null ? 'which nothing limits any more' : `within the limit of ${use.limit} again`}.`,
  MarginReserved: ({ side, quantity, instrument, price, expiresAt }) =>
    `Margin is reserved until ${isoOf(expiresAt)}: ${side} ${quantity} ${instrument} at ${price} USD.`,
  ReservationEnded: ({ reservationId, reason }) => `Reservation ${reservationId} ended (${reason}).`,
  OrderCancelsRequested: ({ orders, reason }) =>
    `The exchange is asked to cancel ${counted(orders.length, 'order')} (${reason}).`,
};

/** An event of margin about orders or limits, in a sentence; undefined for any other. */
export function orderEventText({ type, payload }: LogEntry): string | undefined {
  const teller = TELLERS[type as keyof MarginEvents] as ((payload: unknown) => string) | undefined;
  return teller?.(payload);
}

/** `6.5 BTC-PERP bought, 2 ETH-PERP sold`. */
export const fillsText = (fills: WorstFills): string =>
  fills
    .map(({ instrument, quantity }) => {
      const contracts = dec(quantity);
      return `${text(contracts.abs())} ${instrument} ${contracts.isNegative() ? 'sold' : 'bought'}`;
    })
    .join(', ');

/** What orders add to what an account has to have, in a sentence. @see docs/spec/orders.md CLR-ORD-002, CLR-ORD-003 */
export function ordersSentence({ orders, reservations, requirement }: Orders): string {
  const what = [
    ...(orders.length === 0 ? [] : [counted(orders.length, 'open order')]),
    ...(reservations.length === 0 ? [] : [counted(reservations.length, 'reservation')]),
  ].join(' and ');
  const count = orders.length + reservations.length === 1 ? 'counts' : 'count';
  const beside = `${what} ${count} where new risk and money are decided`;
  if (requirement === null)
    return `${beside}, and nobody knows what they ask, since something that may fill has no price.`;
  const asked = sum(requirement.underlyings.map((each) => dec(each.requirement)));
  const fills = requirement.underlyings.map((each) => fillsText(each.fills)).filter((told) => told !== '');
  const left = dec(requirement.headroom);
  return (
    `${beside}: their worst fills${fills.length === 0 ? '' : ` (${fills.join('; ')})`} ask ${usd(text(asked))} ` +
    `and ${usd(requirement.costs)} of costs beside the initial requirement; ` +
    (left.isNegative() ? `${usd(text(left.abs()))} are missing.` : `${usd(requirement.headroom)} are left.`)
  );
}
