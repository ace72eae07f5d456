import type { LogEntry } from '@ballast/event-sourcing';
import type { AccountsEvents, Posting } from '@ballast/facts';
import { ZERO, dec, invariant, type AccountId, type Asset, type Decimal } from '@ballast/kernel';

/** Why the money of an account changed, in the order in which people are told. */
export const CREDIT_CAUSES = [
  'deposits',
  'imported',
  'withdrawals',
  'transferred',
  'traded',
  'premium',
  'fees',
  'funding',
  'variation',
  'variationCut',
  'delivered',
  'deliveryFees',
  'closedOut',
  'closedOutPremium',
  'penalties',
  'handedOver',
  'handedOverPremium',
  'deleveraged',
  'deleveragedPremium',
  'interest',
  'takenOver',
  'setOff',
  'fund',
  'repaid',
  'waived',
] as const;
export type CreditCause = (typeof CREDIT_CAUSES)[number];

/** What one cause did to an account in one asset; negative = the account paid. */
export interface Credit {
  readonly cause: CreditCause;
  readonly asset: Asset;
  readonly amount: Decimal;
}

/** What a booking did to the client's money, held money included. */
function toClient(postings: readonly Posting[], accountId: AccountId): ReadonlyMap<Asset, Decimal> {
  const credited = new Map<Asset, Decimal>();
  for (const { ledgerAccount, asset, amount } of postings) {
    if (ledgerAccount === `client/${accountId}` || ledgerAccount === `held/${accountId}`) {
      credited.set(asset, (credited.get(asset) ?? ZERO).plus(amount));
    }
  }
  return credited;
}

/** Money that was paid though nothing was realised: the price of an option against premium. */
const isPremium = ({
  realisedPnl,
  settlement,
}: Pick<AccountsEvents['PositionChanged'], 'realisedPnl' | 'settlement'>) =>
  settlement !== undefined && dec(realisedPnl).isZero() && !dec(settlement.cash).isZero();

/** Events with one cause; how the others divide is told below. */
const WHOLE: { readonly [Type in keyof AccountsEvents]?: CreditCause } = {
  CollateralCredited: 'deposits',
  AccountImported: 'imported',
  TransferReceived: 'transferred',
  VariationSettled: 'variation',
  VariationGainReduced: 'variationCut',
  LiquidationCostSettled: 'penalties',
  FundingSettled: 'funding',
  OtherAccountCharged: 'setOff',
  SetOffReceived: 'setOff',
  FundGrantReceived: 'fund',
  ClaimRepaid: 'repaid',
  InterestCharged: 'interest',
  CollateralTakenOver: 'takenOver',
  UncoveredLossBooked: 'waived',
};

/** Why the event credited the account, and a fee that was taken out of it. */
function causesOf({ type, payload }: LogEntry): {
  readonly cause: CreditCause;
  readonly fee?: { readonly cause: CreditCause; readonly asset: Asset; readonly amount: Decimal };
} | null {
  const whole = WHOLE[type as keyof AccountsEvents];
  if (whole !== undefined) return { cause: whole };
  switch (type as keyof AccountsEvents) {
    case 'WithdrawalSettled': {
      const { to } = payload as AccountsEvents['WithdrawalSettled'];
      return { cause: to === undefined ? 'withdrawals' : 'transferred' };
    }
    case 'PositionChanged': {
      const change = payload as AccountsEvents['PositionChanged'];
      const fee = dec(change.fee);
      if (change.reason !== 'trade') {
        return {
          cause: isPremium(change) ? 'closedOutPremium' : 'closedOut',
          fee: { cause: 'penalties', asset: 'USD', amount: fee },
        };
      }
      return {
        cause: isPremium(change) ? 'premium' : 'traded',
        fee: { cause: 'fees', asset: change.settlement?.asset ?? 'USD', amount: fee },
      };
    }
    case 'TradeReversed': {
      const change = payload as AccountsEvents['TradeReversed'];
      return {
        cause: isPremium(change) ? 'premium' : 'traded',
        fee: { cause: 'fees', asset: change.settlement.asset, amount: dec(change.fee).neg() },
      };
    }
    case 'ContractDelivered': {
      const { asset, fee } = payload as AccountsEvents['ContractDelivered'];
      return { cause: 'delivered', fee: { cause: 'deliveryFees', asset, amount: dec(fee) } };
    }
    case 'ProviderTradeBooked':
      return {
        cause: isPremium(payload as AccountsEvents['ProviderTradeBooked']) ? 'handedOverPremium' : 'handedOver',
      };
    case 'AdlBooked':
      return { cause: isPremium(payload as AccountsEvents['AdlBooked']) ? 'deleveragedPremium' : 'deleveraged' };
    default:
      return null;
  }
}

/**
 * What an event about an account did to its money, held money included, cause by cause. Together the credits are exactly what
 * its journal entry posted to the account.
 * @throws InvariantViolation for an event that moves money of the account and of which nobody said why
 */
export function creditsOf(entry: LogEntry, accountId: AccountId): readonly Credit[] {
  const { type, payload } = entry;
  const { postings = [] } = payload as { readonly postings?: readonly Posting[] };
  const credited = toClient(postings, accountId);
  const causes = causesOf(entry);
  if (causes === null) {
    for (const amount of credited.values()) {
      invariant(amount.isZero(), `${type} moves money of ${accountId}, and nothing says why`);
    }
    return [];
  }
  const { cause, fee } = causes;
  if (fee === undefined) return [...credited].map(([asset, amount]) => ({ cause, asset, amount }));
  // The posting is what was paid less the fee, both as they were rounded.
  const whole = new Map(credited).set(fee.asset, (credited.get(fee.asset) ?? ZERO).plus(fee.amount));
  return [
    ...[...whole].map(([asset, amount]) => ({ cause, asset, amount })),
    { cause: fee.cause, asset: fee.asset, amount: fee.amount.neg() },
  ];
}
