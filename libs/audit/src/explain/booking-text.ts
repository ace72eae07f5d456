import { decisionOf } from '@ballast/contracts';
import type { LogEntry } from '@ballast/event-sourcing';
import type { AccountsEvents } from '@ballast/facts';
import { dec, sum, text } from '@ballast/kernel';
import { usd } from './amount-text.js';
import { counted } from './text-table.js';

type Bookings = Omit<
  AccountsEvents,
  | 'VariationClosed'
  | 'BookPartitionJudged'
  | 'VariationGainsOffered'
  | 'ExpiryClosed'
  | 'FundingClosed'
  | 'PenaltyRemainderSent'
  | 'FundContributionForwarded'
  | 'SuspenseBooked'
  | 'SuspenseReleaseProposed'
  | 'SuspenseReleased'
>;

/** USD with two digits, a coin with all it has. */
const money = (amount: string, asset = 'USD'): string => (asset === 'USD' ? usd(amount) : `${amount} ${asset}`);

const signed = (amount: string, asset?: string): string =>
  `${dec(amount).isNegative() ? '' : '+'}${money(amount, asset)}`;

const heldNow = ({
  position: { instrument, quantity },
}: {
  readonly position: { instrument: string; quantity: string };
}): string => (dec(quantity).isZero() ? `flat in ${instrument} now` : `${quantity} ${instrument} now`);

/** What the trade cost, or brought, and by which tier. */
function feeText(fee: string, asset: string | undefined, tier: string | undefined): string {
  const amount = dec(fee);
  const what = amount.isNegative() ? `rebate ${money(text(amount.neg()), asset)}` : `fee ${money(fee, asset)}`;
  return tier === undefined ? what : `${what} (tier from ${usd(tier)} of volume)`;
}

/** All that an account came with; nothing, if it came with nothing. */
const broughtText = ({ collateral, positions, orders, volumes }: Bookings['AccountImported']): readonly string[] => {
  const what = [
    ...Object.entries(collateral).map(([asset, amount]) => money(amount, asset)),
    ...positions.map(
      ({ quantity, instrument, averagePrice }) =>
        `${quantity} ${instrument}, opened at ${usd(averagePrice)} on average`,
    ),
    ...(orders.length === 0 ? [] : [counted(orders.length, 'open order')]),
    ...(volumes.length === 0
      ? []
      : [
          `${usd(text(sum(volumes.map(({ volume }) => dec(volume)))))} traded on ${counted(volumes.length, 'day')} before`,
        ]),
  ];
  return what.length === 0 ? ['nothing'] : what;
};

const TELLERS: { readonly [Type in keyof Bookings]?: (payload: Bookings[Type]) => string } = {
  AccountOpened: () => 'Account opened.',
  CollateralCredited: ({ asset, amount }) => `Deposit of ${money(amount, asset)}.`,
  AccountImported: (imported) => `Imported with the book ${imported.importId}: ${broughtText(imported).join('; ')}.`,
  PositionChanged: (change) => {
    const { reason, side, quantity, price, fillPrice, fee, feeTier, settlement, position } = change;
    const what = `${side} ${quantity} ${position.instrument} at ${usd(price)}`;
    return reason === 'trade'
      ? `Trade: ${what}, ${feeText(fee, settlement?.asset, feeTier)}; ${heldNow(change)}.`
      : `Close-out: ${what}, filled at ${usd(fillPrice)}, penalty ${usd(fee)} for now; ${heldNow(change)}.`;
  },
  VariationSettled: ({ instrument, amount, asset, price }) =>
    `Variation of ${instrument} at ${usd(price)}: ${signed(amount, asset)}.`,
  VariationGainReduced: ({ instrument, gain, cut, amount }) =>
    dec(amount).isZero()
      ? `Nothing of the gain of ${usd(gain)} in ${instrument} was taken: the account had changed.`
      : `Of the gain of ${usd(gain)} in ${instrument} ${usd(cut)} pay losses that nobody else paid.`,
  ContractDelivered: ({ instrument, quantity, deliveryPrice, amount, asset }) =>
    `${quantity} ${instrument} delivered at ${usd(deliveryPrice)}: ${signed(amount, asset)}.`,
  FundingSettled: ({ instrument, amount }) => `Funding of ${instrument}: ${signed(amount)}.`,
  InterestCharged: ({ charged, days, terms }) =>
    `Interest for ${days} ${days === 1 ? 'day' : 'days'} (${terms}): ${charged
      .map(({ asset, debt, amount }) => `${money(amount, asset)} on ${money(debt, asset)}`)
      .join(', ')}.`,
  LiquidationCostSettled: ({ trueUp }) => `True-up of the liquidation penalty: ${signed(trueUp)}.`,
  FundGrantReceived: ({ purpose, amount }) => `The insurance fund paid ${usd(amount)} (${purpose}).`,
  CollateralTakenOver: ({ taken }) =>
    taken.length === 0
      ? 'The house took over nothing: there was no collateral in other assets.'
      : `The house took over ${taken.map(({ asset, amount, price }) => `${amount} ${asset} at ${usd(price)}`).join(', ')}.`,
  SetOffAgreementChanged: ({ answers }) =>
    answers
      ? "The account answers for debts of its owner's other accounts from now on."
      : "The account no longer answers for debts of its owner's other accounts.",
  OtherAccountCharged: ({ amount, debtor }) => `Paid ${usd(amount)} of the deficit of ${debtor}, which it answers for.`,
  SetOffReceived: ({ received, requested, from }) =>
    `Other accounts of the owner paid ${usd(received)} of a deficit of ${usd(requested)}: ${
      from.map(({ accountId, amount }) => `${accountId} ${usd(amount)}`).join(', ') || 'none was asked'
    }.`,
  ClaimRepaid: ({ asset, quantity, amount, remaining, withdrawalId }) =>
    `${money(quantity, asset)} paid back ${usd(amount)} of what the waterfall had paid for the account` +
    `${withdrawalId === null ? '' : `, before ${withdrawalId} could leave`}; ${usd(remaining)} are still owed.`,
  ClaimWaived: ({ amount }) => `${usd(amount)} that the waterfall had paid are claimed no longer: nothing is left.`,
  UncoveredLossBooked: ({ reason, amount, bearer }) =>
    `Loss of ${usd(amount)} that no step of the waterfall paid is on the ${bearer} (${reason}).`,
  TradeReversed: (change) =>
    `Trade ${change.tradeId} cancelled: ${change.side} of ${change.quantity} ${change.position.instrument} at ${usd(change.price)} taken back, fee ${money(change.fee, change.settlement.asset)} returned; ${heldNow(change)}.`,
  UncoveredLossRecovered: ({ amount }) => `Money that came in later paid ${usd(amount)} of a loss.`,
  ProviderTradeBooked: (taken) => {
    const { role, side, quantity, price, position } = taken;
    const what =
      role === 'debtor'
        ? 'Taken over by liquidity providers'
        : dec(quantity).isZero()
          ? 'Not taken over, since the account had changed'
          : 'Taken over as a liquidity provider';
    return `${what}: ${side} ${text(dec(quantity))} ${position.instrument} at ${usd(price)}; ${heldNow(taken)}.`;
  },
  AdlBooked: (adl) => {
    const { role, side, quantity, price, position } = adl;
    return `Auto-deleveraging (${role}): ${side} ${text(dec(quantity))} ${position.instrument} at ${usd(price)}; ${heldNow(adl)}.`;
  },
};

/** An event of accounts about one account, in a sentence. */
export function bookingText(entry: LogEntry): string {
  const teller = TELLERS[entry.type as keyof Bookings] as ((payload: unknown) => string) | undefined;
  return teller?.(entry.payload) ?? decisionOf(entry)?.summary ?? entry.type;
}
