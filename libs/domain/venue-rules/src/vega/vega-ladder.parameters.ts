import { type Decimal, ModelInputError } from '@ballast/kernel';
import { type DocumentFields, readDocument } from '@ballast/margin-models';
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

/**
 * Reads a parameter document. A market states its risk either as a log-normal model or as the factors themselves.
 * @throws ModelInputError naming the field
 */
export function readVegaLadderParameters(document: unknown): VegaLadderParameters {
  return readDocument(document, '', (fields) => ({
    unit: fields.decimal('unit', { above: 0 }),
    scaling: fields.object('scaling', readScaling),
    markets: fields.record('markets', readMarket),
  }));
}

function readScaling(fields: DocumentFields): LevelScaling {
  const search = fields.decimal('search', { min: 1 });
  const initial = fields.decimal('initial', { min: 1 });
  const release = fields.decimal('release', { min: 1 });
  if (search.lte(initial) && initial.lte(release)) return { search, initial, release };
  const message = 'scaling: is not in order; give search <= initial <= release';
  throw new ModelInputError('scaling-unordered', 'scaling', message);
}

function readMarket(fields: DocumentFields, underlying: string): LadderMarketParameters {
  const slippage = fields.object('slippage', (factors) => ({
    linear: factors.decimal('linear', { min: 0 }),
    quadratic: factors.decimal('quadratic', { min: 0 }),
  }));
  if (fields.has('logNormal') === fields.has('riskFactors')) {
    const field = `markets.${underlying}`;
    const message = `${field}: states its risk twice or not at all; give either logNormal or riskFactors`;
    throw new ModelInputError('risk-stated-once', field, message);
  }
  return { slippage, riskFactors: readRiskFactors(fields) };
}

function readRiskFactors(fields: DocumentFields): RiskFactors {
  if (fields.has('riskFactors')) {
    return fields.object('riskFactors', (factors) => ({
      long: factors.decimal('long', { min: 0 }),
      short: factors.decimal('short', { min: 0 }),
    }));
  }
  return fields.object('logNormal', (model) =>
    logNormalRiskFactors({
      riskAversion: model.decimal('riskAversion', { above: 0, max: 1 }),
      tau: model.decimal('tau', { above: 0 }),
      mu: model.decimal('mu'),
      sigma: model.decimal('sigma', { min: 0 }),
    }),
  );
}
