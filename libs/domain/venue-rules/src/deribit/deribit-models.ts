import type { MarginModel } from '@ballast/margin-models';
import { withWorstOrders } from '../methodology/worst-orders.js';
import { deribitPortfolioMargin } from './portfolio-margin.js';
import { type DeribitPortfolioParameters, readDeribitPortfolio } from './portfolio-parameters.js';
import { DERIBIT_PORTFOLIO_2026_02_DOCUMENT } from './portfolio.documents.js';
import {
  DERIBIT_STANDARD_DOCUMENT,
  deribitStandardMargin,
  type DeribitStandardParameters,
  readDeribitStandard,
} from './standard-margin.js';

/** Rates that grow with the size of a contract; options by themselves. */
export const deribitStandard: MarginModel<DeribitStandardParameters> = {
  id: 'deribit-standard@1',
  title: 'Deribit standard margin',
  source: {
    text: 'Deribit support: Linear Perpetual (25944738177565), Margin types (25944811317149)',
    asOf: '2026-02-15',
  },
  levels: ['initial', 'maintenance'],
  defaultParameters: { id: 'deribit-standard-2026-02@1', document: DERIBIT_STANDARD_DOCUMENT },
  readParameters: readDeribitStandard,
  assess: (portfolio, market, parameters) =>
    withWorstOrders((held) => deribitStandardMargin(held, market, parameters), portfolio, market),
};

/** Portfolio margin engine: risk matrix, extended table, roll and delta shocks. */
export const deribitPortfolio: MarginModel<DeribitPortfolioParameters> = {
  id: 'deribit-portfolio@1',
  title: 'Deribit portfolio margin',
  source: {
    text: 'Deribit support: Portfolio Margin (25944756247837); API private/pme/simulate, June 2024 example and February 2026 capture',
    asOf: '2026-02-15',
  },
  levels: ['initial', 'maintenance'],
  defaultParameters: { id: 'deribit-portfolio-2026-02@1', document: DERIBIT_PORTFOLIO_2026_02_DOCUMENT },
  readParameters: readDeribitPortfolio,
  assess: (portfolio, market, parameters) =>
    withWorstOrders((held) => deribitPortfolioMargin(held, market, parameters), portfolio, market),
};
