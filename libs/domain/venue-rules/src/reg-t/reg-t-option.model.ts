import { ANY_NAME, byName, figure, record } from '@ballast/documents';
import { type Decimal, maxOf, ModelInputError, ZERO } from '@ballast/kernel';
import {
  arrangeCollateral,
  arrangeHoldings,
  type ExplainLine,
  instrumentMarketOf,
  type MarginModel,
  type Market,
  type ModelResult,
  type OptionHolding,
  type Portfolio,
  readParameterDocument,
} from '@ballast/margin-models';
import { chargeLine, levelSum } from '../methodology/scenario/scenario-margin.js';
import { withWorstOrders } from '../methodology/worst-orders.js';

/** Shares of the underlying (and, for the least of a put, of the strike). */
export interface RegTRates {
  /** 20 % for single names, 15 % for broad indices. */
  readonly most: Decimal;
  readonly least: Decimal;
}

export interface RegTParameters {
  readonly other: RegTRates;
  /** By underlying; the rest are under `other`. */
  readonly underlyings: ReadonlyMap<string, RegTRates>;
}

const share = figure({ min: '0', max: '1' });
const rates = record({ most: share, least: share });
const REG_T_FORM = record({ other: rates, underlyings: byName(ANY_NAME, rates) });

/** Reads a document of the Reg-T minimum. @throws ModelInputError */
export const readRegTParameters = (document: unknown): RegTParameters => readParameterDocument(document, REG_T_FORM);

/** Minimum for single names on everything: the rule knows no coins. */
export const REG_T_DOCUMENT = { other: { most: '0.2', least: '0.1' }, underlyings: {} };

/**
 * Requirement of one unit sold: premium + max(most * S - OTM, least * S) for a call, least * K for a put.
 * @param premium mark of the option, settlement currency
 */
export function regTRequirement(
  { type, strike }: Pick<OptionHolding, 'type' | 'strike'>,
  spot: Decimal,
  premium: Decimal,
  { most, least }: RegTRates,
): Decimal {
  const outOfTheMoney = maxOf(type === 'call' ? strike.minus(spot) : spot.minus(strike), ZERO);
  const floor = least.times(type === 'call' ? spot : strike);
  return premium.plus(maxOf(most.times(spot).minus(outOfTheMoney), floor));
}

/** Every option by itself; bought ones are paid in full and worth nothing here, so values of options are left out. */
function regTMargin(portfolio: Portfolio, market: Market, parameters: RegTParameters): ModelResult {
  const { cash } = arrangeCollateral(portfolio.collateral, market);
  const charges = arrangeHoldings(portfolio.positions, market).flatMap(({ underlying, spot, contracts, expiries }) => {
    const [contract] = contracts;
    if (contract !== undefined) {
      const field = `positions.${contract.instrument}`;
      const message = `${field}: this model margins options only; choose a model for perpetuals and futures`;
      throw new ModelInputError('instrument-not-supported', field, message);
    }
    const rates = parameters.underlyings.get(underlying) ?? parameters.other;
    return expiries.flatMap(({ options }) =>
      options.map((option): ExplainLine => {
        const { mark } = instrumentMarketOf(market, option.instrument);
        const required = regTRequirement(option, spot, mark, rates).times(maxOf(option.size.neg(), ZERO));
        return chargeLine('option', option.instrument, required, required, { size: option.size, mark, spot });
      }),
    );
  });
  return {
    value: cash,
    requirements: { initial: levelSum(charges, 'initial'), maintenance: levelSum(charges, 'maintenance') },
    lines: [{ code: 'cash', amount: cash }, ...charges],
  };
}

/** Strategy-based minimum for options sold uncovered. */
export const regTOption: MarginModel<RegTParameters> = {
  id: 'reg-t-option@1',
  title: 'Reg-T minimum for options',
  source: {
    text: 'Regulation T and Cboe margin manual, minimum for uncovered short options, as generally known',
    asOf: '2026-11-22',
  },
  levels: ['initial', 'maintenance'],
  claims: ['positively-homogeneous', 'sub-additive'],
  defaultParameters: { id: 'reg-t-option-2026-11@1', document: REG_T_DOCUMENT },
  readParameters: readRegTParameters,
  assess: (portfolio, market, parameters) =>
    withWorstOrders((held) => regTMargin(held, market, parameters), portfolio, market),
};
