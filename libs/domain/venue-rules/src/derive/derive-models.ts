import type { Decimal } from '@ballast/kernel';
import type { MarginModel, ModelClaim, ModelResult, ModelSource } from '@ballast/margin-models';
import { withWorstOrders } from '../methodology/worst-orders.js';
import { type DerivePortfolioMargin, derivePortfolioV1Margin, derivePortfolioV2Margin } from './portfolio-margin.js';
import {
  type DerivePortfolioV1Parameters,
  type DerivePortfolioV2Parameters,
  readDerivePortfolioV1,
  readDerivePortfolioV2,
} from './portfolio-parameters.js';
import { DERIVE_PORTFOLIO_V1_DOCUMENT, DERIVE_PORTFOLIO_V2_DOCUMENT } from './portfolio.documents.js';
import { deriveStandardMargin } from './standard-margin.js';
import { type DeriveStandardParameters, readDeriveStandard } from './standard-parameters.js';
import { DERIVE_STANDARD_DOCUMENT } from './standard.document.js';

const source = (what: string, asOf: string): ModelSource => ({
  text: `Derive v2 (derivexyz/v2-core, open source): ${what}`,
  asOf,
});

interface SignedMargin {
  readonly initialMargin: Decimal;
  readonly maintenanceMargin: Decimal;
  readonly markToMarket: Decimal;
}

/** The venue states surpluses; a requirement is the value less the surplus. */
const requirementsOf = ({ initialMargin, maintenanceMargin, markToMarket }: SignedMargin): Record<string, Decimal> => ({
  initial: markToMarket.minus(initialMargin),
  maintenance: markToMarket.minus(maintenanceMargin),
});

function portfolioResult(margin: DerivePortfolioMargin): ModelResult {
  const worst = margin.scans.map((scan) => scan.worst).sort((a, b) => a.pnl.cmp(b.pnl))[0];
  return {
    value: margin.markToMarket,
    requirements: requirementsOf(margin),
    lines: margin.lines,
    scenarios: margin.scans.flatMap(({ scenarios, basis }) => [...scenarios, basis]),
    ...(worst === undefined ? {} : { worstScenario: worst.id }),
  };
}

const LEVELS = ['initial', 'maintenance'];

/** Standard manager. */
export const deriveStandard: MarginModel<DeriveStandardParameters> = {
  id: 'derive-standard@1',
  title: 'Derive v2 standard margin',
  source: source('standard manager and mainnet parameters', '2026-01-15'),
  levels: LEVELS,
  claims: ['positively-homogeneous'],
  defaultParameters: { id: 'derive-standard-2026-01@1', document: DERIVE_STANDARD_DOCUMENT },
  readParameters: readDeriveStandard,
  assess: (portfolio, market, parameters) =>
    withWorstOrders(
      (held) => {
        const margin = deriveStandardMargin(held, market, parameters);
        return { value: margin.markToMarket, requirements: requirementsOf(margin), lines: margin.lines };
      },
      portfolio,
      market,
    ),
};

/**
 * Every scenario is concave in the positions, since a gain is discounted at least as much as a loss, and statics and charges are sums
 * of absolute values: so the worst of them is sub-additive.
 */
const PORTFOLIO_CLAIMS: readonly ModelClaim[] = ['positively-homogeneous', 'sub-additive'];

/** Portfolio risk manager, first generation. */
export const derivePortfolioV1: MarginModel<DerivePortfolioV1Parameters> = {
  id: 'derive-portfolio@1',
  title: 'Derive v2 portfolio margin, first generation',
  source: source('portfolio risk manager PMRM and mainnet parameters', '2026-01-15'),
  levels: LEVELS,
  claims: PORTFOLIO_CLAIMS,
  defaultParameters: { id: 'derive-portfolio-v1-2026-01@1', document: DERIVE_PORTFOLIO_V1_DOCUMENT },
  readParameters: readDerivePortfolioV1,
  assess: (portfolio, market, parameters) =>
    withWorstOrders((held) => portfolioResult(derivePortfolioV1Margin(held, market, parameters)), portfolio, market),
};

/** Portfolio risk manager, second generation: multi-collateral, tails, skew shocks. */
export const derivePortfolioV2: MarginModel<DerivePortfolioV2Parameters> = {
  id: 'derive-portfolio@2',
  title: 'Derive v2 portfolio margin, second generation',
  source: source('portfolio risk manager PMRM_2 and its published scenario set', '2026-01-15'),
  levels: LEVELS,
  claims: PORTFOLIO_CLAIMS,
  defaultParameters: { id: 'derive-portfolio-v2-2026-01@1', document: DERIVE_PORTFOLIO_V2_DOCUMENT },
  readParameters: readDerivePortfolioV2,
  assess: (portfolio, market, parameters) =>
    withWorstOrders((held) => portfolioResult(derivePortfolioV2Margin(held, market, parameters)), portfolio, market),
};
