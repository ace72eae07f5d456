import { marginFigures } from '../common.js';
import {
  accountId,
  asset,
  count,
  decimal,
  instrument,
  label,
  nonNegativeDecimal,
  ordinal,
  positiveDecimal,
  side,
  underlying,
  versionedName,
} from '../schema/forms.js';
import { list, map, nullable, optional, record, type ValueOf } from '../schema/schema.js';

const positionFields = {
  instrument: instrument(),
  underlying: underlying(),
  side: side(),
  quantity: decimal('Contracts (of a linear perpetual: base units); negative = short.'),
  mark: nonNegativeDecimal('USD per unit of the underlying; coin for a coin-settled option.'),
  notional: nonNegativeDecimal('Value of the underlying, USD; of a linear perpetual |quantity| * mark.'),
  ownerNotional: nonNegativeDecimal("The owner's sum on this side of the underlying, USD; sets the rate."),
  maintenanceRate: decimal('Share of the maintenance requirement over notional.'),
  liquidationRate: decimal('Share of the liquidation requirement over notional.'),
  maintenance: decimal('Share of the maintenance requirement, USD, not rounded; below zero for a hedge.'),
  freedByClosing: optional(
    decimal(
      'What closing all of it would free of that in proportion, USD; only where coins bear or take a part of the requirement.',
    ),
  ),
  liquidation: decimal('Share of the liquidation requirement, USD, not rounded; likewise.'),
  unrealisedPnl: decimal('What the position is worth in equity, USD; of a linear perpetual quantity * mark - cost.'),
};

/** One position inside an assessment, for explanation and liquidation. */
const positionRequirement = record({
  ...positionFields,
  closings: optional(
    list(
      record({
        quantity: positiveDecimal('Contracts: all of it, half of that in whole lots, and so on.'),
        maintenance: nonNegativeDecimal('Maintenance requirement of the account without them, USD.'),
      }),
      'What is required once so much of it was closed at its mark, the most first; only of an account in liquidation, of a position that bears a share beside others that it may hedge.',
    ),
  ),
});
export type PositionRequirement = ValueOf<typeof positionRequirement>;

/** The model that decided and everything its requirement was made of. USD. */
const portfolio = record(
  {
    model: versionedName(),
    parameters: versionedName('Id of the parameter document of the model.'),
    riskArrays: count('Number of the RiskArraysPublished in pricing; 0 while nothing needs any.'),
    worstScenario: nullable(label('Scenario with the greatest loss at the maintenance level.')),
    scenarios: list(
      record({ id: label(), pnl: decimal('USD, loss negative.') }),
      'Profit of the portfolio in each; of underlyings with options only: the ends of a linear range are the rates.',
    ),
    lines: list(
      record({
        code: label(),
        subject: optional(label()),
        amount: decimal('USD.'),
        figures: optional(map(label, decimal(), 'What the amount was made of, by name; each model says which.')),
      }),
      'What the requirement was made of.',
    ),
  },
  'The model that decided.',
);

export type PortfolioDetail = ValueOf<typeof portfolio>;

const collateralLine = record({
  asset: asset(),
  amount: decimal('In units of the asset, before any haircut; negative = owed.'),
  price: nonNegativeDecimal('USD.'),
  haircut: nonNegativeDecimal('Fraction.'),
  value: decimal('USD after the haircut.'),
});
export type CollateralLine = ValueOf<typeof collateralLine>;

const assessmentFields = {
  accountId: accountId(),
  accountVersion: ordinal('Version of the account (stream account-<accountId> of accounts) assessed.'),
  schedule: ordinal('Position of the ScheduleInForce in margin global.'),
  figures: marginFigures(),
  clearedHolds: nonNegativeDecimal('USD value of cleared withdrawals; already left out of equity.'),
  collateral: list(collateralLine),
};
const WHOLE = 'The whole assessment: everything it read and every figure on the way.';

/** One assessment with every figure that led to it. */
export const assessmentDetail = record({ ...assessmentFields, positions: list(positionRequirement), portfolio }, WHOLE);
export type AssessmentDetail = ValueOf<typeof assessmentDetail>;

/** The same where no part of a position is being closed yet. */
export const assessmentAtEntry = record(
  { ...assessmentFields, positions: list(record(positionFields)), portfolio },
  WHOLE,
);
