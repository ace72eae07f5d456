import { ANY_NAME, byName, checked, figure, made, optional, record } from '@ballast/documents';
import type { Decimal } from '@ballast/kernel';
import { readParameterDocument } from '@ballast/margin-models';
import { logNormalRiskFactors, type RiskFactors } from './log-normal-risk.js';
import type { LevelScaling, SlippageFactors } from './margin-levels.js';

export interface LadderMarketParameters {
  readonly riskFactors: RiskFactors;
  readonly slippage: SlippageFactors;
}

export interface VegaLadderParameters {
  /** Smallest amount of the settlement asset; maintenance is rounded up to it, the other levels down. */
  readonly unit: Decimal;
  readonly scaling: LevelScaling;
  /** By underlying. */
  readonly markets: ReadonlyMap<string, LadderMarketParameters>;
}

/** Figures of the venue's own scenarios and market simulator; a market of one's own needs its own volatility. */
export const VEGA_LADDER_DEFAULTS = {
  id: 'vega-ladder-2026-11@1',
  document: {
    unit: '0.01',
    scaling: { search: '1.1', initial: '1.5', release: '1.7' },
    markets: {
      BTC: {
        logNormal: { riskAversion: '0.000001', tau: '0.000003995', mu: '0', sigma: '1' },
        slippage: { linear: '0.001', quadratic: '0' },
      },
      ETH: {
        logNormal: { riskAversion: '0.000001', tau: '0.000003995', mu: '0', sigma: '1' },
        slippage: { linear: '0.001', quadratic: '0' },
      },
    },
  },
} as const;

const notNegative = figure({ min: '0' });
const factor = figure({ min: '1' });

const SCALING_FORM = checked(record({ search: factor, initial: factor, release: factor }), (scaling, refuse) => {
  if (scaling.search.lte(scaling.initial) && scaling.initial.lte(scaling.release)) return;
  refuse('', 'is not in order; write search <= initial <= release');
});

const LOG_NORMAL_FORM = made(
  record({
    riskAversion: figure({ above: '0', below: '1' }),
    tau: figure({ above: '0' }),
    mu: figure(),
    sigma: notNegative,
  }),
  logNormalRiskFactors,
);

const MARKET_FORM = made(
  record({
    riskFactors: optional(record({ long: notNegative, short: notNegative }), undefined),
    logNormal: optional(LOG_NORMAL_FORM, undefined),
    slippage: record({ linear: notNegative, quadratic: notNegative }),
  }),
  ({ riskFactors, logNormal, slippage }, refuse): LadderMarketParameters => {
    if ((riskFactors === undefined) === (logNormal === undefined)) {
      refuse('', 'states its risk twice or not at all; write either logNormal or riskFactors');
    }
    return { riskFactors: (riskFactors ?? logNormal) as RiskFactors, slippage };
  },
);

const LADDER_FORM = record({
  unit: figure({ above: '0' }),
  scaling: SCALING_FORM,
  markets: byName(ANY_NAME, MARKET_FORM),
});

/**
 * Reads a parameter document. A market states its risk either as a log-normal model or as the factors themselves.
 * @throws ModelInputError naming fields and remedies
 */
export const readVegaLadderParameters = (document: unknown): VegaLadderParameters =>
  readParameterDocument(document, LADDER_FORM);
