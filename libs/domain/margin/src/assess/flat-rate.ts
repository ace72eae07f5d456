import { maxOf, minOf, roundUsd, SETTLEMENT_ASSET, sum, ZERO, type Decimal } from '@ballast/kernel';
import type { ExplainLine } from '@ballast/margin-models';
import { callRequirement } from './call-requirement.js';
import type { AssessmentMarket } from './assessment-market.js';
import type { AssessedAccount, ExactFigures } from './assessment.js';
import { notionalOf } from './priced-contracts.js';
import type { ValuedHolding, ValuedHoldings } from './valued-holdings.js';

/** What decides an account that the model due it cannot assess. */
export const FLAT_RATE = 'flat-rate@1';

export interface FlatAssessment {
  readonly figures: ExactFigures;
  /** By position, in the order of `open`. */
  readonly requirements: readonly Decimal[];
  readonly lines: readonly ExplainLine[];
}

/**
 * Decides an account by arithmetic that cannot fail: each position asks for its notional at the highest rate of the parameters, a
 * long option for what it is worth at most; dollars and debts count in full, a coin at its price less that rate; nothing offsets.
 *   maintenance = liquidation = sum of notional * r_max,  call and initial their multiples of it
 * @see docs/spec/margin.md CLR-MRG-037
 */
export function assessFlat(account: AssessedAccount, valued: ValuedHoldings, market: AssessmentMarket): FlatAssessment {
  const { schedule } = market;
  const rate = schedule.parameters.unknown.rateMax;
  const requirements = valued.open.map((holding) => requirementOf(holding, rate));
  const total = sum(requirements);
  const collateral = [...schedule.prices].flatMap(([asset, price]): ExplainLine[] => {
    const net = (account.collateral.get(asset) ?? ZERO).minus(account.clearedHolds.get(asset) ?? ZERO);
    if (net.isZero()) return [];
    const full = net.isNegative() || asset === SETTLEMENT_ASSET;
    const amount = full ? net.times(price) : net.times(price).times(rate.neg().plus(1));
    return [{ code: net.isNegative() ? 'debt' : 'collateral', subject: asset, amount }];
  });
  const worth = sum(valued.open.map((holding) => holding.worth)).plus(valued.delivered.worth);
  const equity = sum(collateral.map(({ amount }) => amount)).plus(worth);
  const maintenance = roundUsd(total, 'requirement');
  return {
    figures: {
      equity: roundUsd(equity, 'equity'),
      initial: roundUsd(total.times(schedule.parameters.adaptive.initialMultiple), 'requirement'),
      call: callRequirement(maintenance, schedule.parameters),
      maintenance,
      liquidation: maintenance,
    },
    requirements,
    lines: [
      ...collateral,
      ...valued.open.map(({ contract }, i): ExplainLine => ({
        code: 'flat-rate',
        subject: contract.instrument.id,
        amount: requirements[i] ?? ZERO,
        figures: { rate },
      })),
    ],
  };
}

function requirementOf({ contract, held, worth }: ValuedHolding, rate: Decimal): Decimal {
  const required = notionalOf(contract, held.quantity).times(rate);
  const longOption = contract.instrument.kind === 'option' && !held.quantity.isNegative();
  return longOption ? minOf(required, maxOf(worth, ZERO)) : required;
}
