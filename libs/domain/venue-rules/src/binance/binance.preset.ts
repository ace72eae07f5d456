import type { Decimal } from '@ballast/kernel';
import { tieredModel } from '../methodology/tiered/tiered.model.js';
import { classicDeleveragingScore } from './classic-score.js';

/** BTCUSDT perpetual as announced for 18 March 2021; the deductions follow. */
const BTC_TIERS = [
  { from: '0', rate: '0.004', maxLeverage: '125' },
  { from: '50000', rate: '0.005', maxLeverage: '100', deduction: '50' },
  { from: '250000', rate: '0.01', maxLeverage: '50', deduction: '1300' },
  { from: '1000000', rate: '0.025', maxLeverage: '20', deduction: '16300' },
  { from: '10000000', rate: '0.05', maxLeverage: '10', deduction: '266300' },
  { from: '20000000', rate: '0.1', maxLeverage: '5', deduction: '1266300' },
  { from: '50000000', rate: '0.125', maxLeverage: '4', deduction: '2516300' },
  { from: '100000000', rate: '0.15', maxLeverage: '3', deduction: '5016300' },
  { from: '200000000', rate: '0.25', maxLeverage: '2', deduction: '25016300' },
  { from: '300000000', rate: '0.5', maxLeverage: '1', deduction: '100016300' },
];

/**
 * Binance USD-M futures. The announcement has a table for BTCUSDT only; that other underlyings are charged by it is our choice,
 * said in `fallback`.
 */
export const binanceTiered = tieredModel({
  id: 'binance-tiered@1',
  title: 'Binance USD-M: continuous leverage tiers',
  source: { text: 'Binance announcement, leverage and margin tiers of the BTCUSDT 125x perpetual', asOf: '2021-03-18' },
  figuresOf: (standing): Readonly<Record<string, Decimal>> => {
    const deleveragingScore = classicDeleveragingScore(standing);
    return deleveragingScore === undefined ? {} : { deleveragingScore };
  },
  defaultParameters: {
    id: 'binance-tiered-2021-03@1',
    document: {
      markets: [{ underlying: 'BTC', settlement: 'linear', tiers: BTC_TIERS }],
      fallback: { linear: 'BTC' },
    },
  },
});
