import {
  accountId,
  asset,
  decimal,
  instrument,
  ledgerAccount,
  nonNegativeDecimal,
  ordinal,
  partitionNumber,
  positiveDecimal,
} from './schema/forms.js';
import { describable, list, map, oneOf, record, type RecordOf, type ValueOf } from './schema/schema.js';

/** A place in a numbered partition of a log, as one event names another. */
export const place = describable(
  record({ partition: partitionNumber(), position: ordinal() }, 'Place of another event: its partition and position.'),
);
export type Place = ValueOf<ReturnType<typeof place>>;

/** Amounts per asset; an absent asset is zero. */
export const amountByAsset = describable(map(asset, decimal('In units of the asset.')));
export type AmountByAsset = ValueOf<ReturnType<typeof amountByAsset>>;

/**
 * One line of a balanced journal entry. Ledger accounts are named `client/<accountId>`, `held/<accountId>`, `house/pnl`,
 * `house/fees`, `house/funding`, `house/rounding`, `house/conversion`, `house/interest`, `liquidation`, `set-off`, `in-transit`, `suspense`,
 * `uncovered-loss`, `custody`, and in the global partition `insurance-fund`, `in-transit`, `house/imported`, `custody`. A client's collateral is
 * positive, custody negative.
 */
export const posting = record({
  ledgerAccount: ledgerAccount(),
  asset: asset(),
  amount: decimal('In units of the asset; positive = credit in favour of the named party.'),
});
export type Posting = ValueOf<typeof posting>;

/** Every event that moves money carries its whole journal entry. */
export const booked = { postings: list(posting, 'The balanced journal entry: sums to zero per asset.') };

/** State of a client account after the event, as other services need it. */
export const accountAfter = {
  accountId: accountId(),
  collateral: amountByAsset('All collateral credited to the client after the event, held money included.'),
};
export type AccountAfter = RecordOf<typeof accountAfter>;

/** A position as accounts keeps it. */
export const positionFields = {
  instrument: instrument(),
  quantity: decimal('Contracts (of a linear perpetual: base units); negative = short.'),
  cost: decimal(
    'Signed, in the settlement asset, exact. Unrealised P&L at a mark = quantity * value of a contract - cost, of a linear perpetual quantity * mark - cost. Against premium it is zero.',
  ),
};
export const positionFigures = describable(record(positionFields, 'The position after the event.'));
export type PositionFigures = ValueOf<ReturnType<typeof positionFigures>>;

/** The positions that an event in the stream of an account changed, as they are after it: one, or all that the account came with. */
export function positionsAfter(payload: unknown): readonly PositionFigures[] {
  const { position, positions } = payload as {
    readonly position?: PositionFigures;
    readonly positions?: readonly PositionFigures[];
  };
  return positions ?? (position === undefined ? [] : [position]);
}

/** Gains of a settlement of variation that may be cut. */
export const variationGains = list(
  record({
    accountId: accountId(),
    accountVersion: ordinal('Version of the account that the amount holds for.'),
    gain: positiveDecimal('USD that the settlement paid.'),
    available: nonNegativeDecimal('USD that may be taken of it without leaving the account less than nothing.'),
  }),
  'In the order of account ids.',
);

/** The figures of one assessment, USD, as decided exactly. */
export const marginFigures = describable(
  record(
    {
      equity: decimal('USD, rounded down to the cent; may be negative.'),
      initial: nonNegativeDecimal('Initial requirement, USD, rounded up to the cent.'),
      call: nonNegativeDecimal(
        'Call requirement: `callMultiple` maintenance requirements, USD, rounded up to the cent.',
      ),
      maintenance: nonNegativeDecimal(
        'Maintenance requirement, at V_eff: what health is measured by. USD, rounded up to the cent.',
      ),
      liquidation: nonNegativeDecimal('Liquidation requirement, USD, rounded up to the cent.'),
    },
    'The figures of the assessment, as decided exactly.',
  ),
);
export type MarginFigures = ValueOf<ReturnType<typeof marginFigures>>;

export const accountMarginState = oneOf(['HEALTHY', 'WARN', 'MARGIN_CALL', 'RESTRICTED', 'LIQUIDATING']);
export type AccountMarginState = ValueOf<typeof accountMarginState>;
