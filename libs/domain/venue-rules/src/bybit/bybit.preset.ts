import { tieredModel } from '../methodology/tiered/tiered.model.js';

/** BTCUSDT perpetual: upper end, leverage, rate, published deduction. */
const BTC_LINEAR_ROWS = [
  ['2000000', '100', '0.005', '0'],
  ['2600000', '90', '0.0056', '1200'],
  ['3200000', '80', '0.0063', '3020'],
  ['3800000', '75', '0.0067', '4300'],
  ['4400000', '70', '0.0071', '5820'],
  ['5000000', '65', '0.0077', '8460'],
  ['5600000', '55', '0.0091', '15460'],
  ['8500000', '50', '0.01', '20500'],
  ['10000000', '45', '0.013', '46000'],
  ['14000000', '40', '0.015', '66000'],
  ['20000000', '35', '0.016', '80000'],
  ['28000000', '30', '0.02', '160000'],
  ['38000000', '25', '0.025', '300000'],
  ['50000000', '20', '0.029', '452000'],
  ['55000000', '19', '0.03', '502000'],
  ['60000000', '18', '0.035', '777000'],
  ['65000000', '17', '0.036', '837000'],
  ['70000000', '16', '0.038', '967000'],
  ['75000000', '15', '0.04', '1107000'],
  ['80000000', '14', '0.045', '1482000'],
] as const;

const BTC_LINEAR_TIERS = BTC_LINEAR_ROWS.map(([upTo, maxLeverage, rate, deduction], k) => ({
  from: BTC_LINEAR_ROWS[k - 1]?.[0] ?? '0',
  ...(k === BTC_LINEAR_ROWS.length - 1 ? {} : { upTo }),
  maxLeverage,
  rate,
  deduction,
}));

/**
 * Bybit unified account, linear and inverse. The BTCUSDT table is from an undated copy of the page, the date is the help page's. Of the inverse contracts the first tier is published in text (0.5 % for BTC, 1 % for
 * ETH); that it is open, and that other underlyings are charged as BTC, is our choice.
 */
export const bybitTiered = tieredModel({
  id: 'bybit-tiered@1',
  title: 'Bybit: continuous risk limit tiers, linear and inverse',
  source: { text: 'Bybit margin parameters BTCUSDT; help center, risk limit (inverse contract)', asOf: '2025-11-25' },
  defaultParameters: {
    id: 'bybit-tiered-2025-11@1',
    document: {
      markets: [
        { underlying: 'BTC', settlement: 'linear', tiers: BTC_LINEAR_TIERS },
        { underlying: 'BTC', settlement: 'inverse', tiers: [{ from: '0', rate: '0.005', maxLeverage: '100' }] },
        { underlying: 'ETH', settlement: 'inverse', tiers: [{ from: '0', rate: '0.01', maxLeverage: '50' }] },
      ],
      fallback: { linear: 'BTC', inverse: 'BTC' },
      closingFeeRate: '0.00075',
    },
  },
});
