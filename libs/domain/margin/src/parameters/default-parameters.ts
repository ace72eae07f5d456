import type { MarginParameters, UnderlyingParameters } from '@ballast/facts';

/**
 * Parameters that are in force before anybody approves others.
 * BTC: the defaults of AVSL and LCP. ETH: calibrated to its own volatility, volume and depth.
 * @see docs/spec/margin.md for units and origin of each figure
 */
const BITCOIN: UnderlyingParameters = {
  sRef: '0.024',
  sBase: '0.03',
  triggerK: '3',
  weightFast: '0.8',
  weightSlow: '0.2',
  scalarMax: '4',
  risePerHour: '0.25',
  decayPerHour: '0.05',
  buffer: '0.25',
  z: '2.326',
  // One hour, in days: detection and first order.
  tau0Days: '0.04166666666666666666666666666666666666667',
  participation: '0.05',
  averageDailyVolume: '20000000000',
  rateMin: '0.01',
  rateMax: '0.5',
  bracketFloors: ['0', '1000000', '10000000', '50000000', '200000000', '1000000000', '2000000000', '5000000000'],
  spread: '0.0002',
  impact: '0.8',
  zeta: '0.5',
  fundShare: '0.5',
  operatingCost: '0.0005',
  penaltyMin: '0.001',
  penaltyMax: '0.03',
};

const ETHER: UnderlyingParameters = {
  ...BITCOIN,
  sRef: '0.032',
  sBase: '0.04',
  averageDailyVolume: '10000000000',
  spread: '0.0003',
};

export const DEFAULT_PARAMETERS: MarginParameters = {
  id: 'avsl-default@1',
  noticeMs: 3_600_000,
  noticeAllowance: '0',
  initialMultiple: '2.5',
  warnUsage: '0.8',
  exitFactor: '1.05',
  targetHealth: '1.5',
  haircuts: { USD: '0', BTC: '0.05', ETH: '0.075' },
  underlyings: { BTC: BITCOIN, ETH: ETHER },
};
