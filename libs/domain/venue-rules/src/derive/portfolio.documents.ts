/** Price steps of 5 % with every volatility, the two outer steps with volatility up only. */
const V1_INNER_SHOCKS = ['1.15', '1.10', '1.05', '1', '0.95', '0.90', '0.85'];
/** Price steps of 4.5 % with every volatility, the two outer steps with volatility up only. */
const V2_INNER_SHOCKS = ['1.135', '1.09', '1.045', '1', '0.955', '0.91', '0.865'];
/** Extreme moves, volatility up, counted in part. */
const V2_TAILS = {
  '0.34': '0.21',
  '0.67': '0.42',
  '1.5': '0.2772',
  '2': '0.1386',
  '3': '0.0693',
  '4': '0.0462',
  '5': '0.03465',
  '6': '0.02772',
};

const grid = (inner: readonly string[], up: string, down: string): { spotShock: string; vol: string }[] => [
  { spotShock: up, vol: 'up' },
  ...inner.flatMap((spotShock) => ['up', 'none', 'down'].map((vol) => ({ spotShock, vol }))),
  { spotShock: down, vol: 'up' },
];

/**
 * Mainnet parameters of the first generation, 23 scenarios: `scripts/config-mainnet.sol` of derivexyz/v2-core, read January 2026.
 * The forward of the venue's feed turns into the settlement average in the last 30 minutes.
 */
export const DERIVE_PORTFOLIO_V1_DOCUMENT = {
  scenarios: grid(V1_INNER_SHOCKS, '1.20', '0.80'),
  settlementWindowSeconds: '1800',
  basisContingency: { spotUp: '1.05', spotDown: '0.95', addFactor: '1', multFactor: '1.2' },
  otherContingency: {
    pegLossThreshold: '0.99',
    pegLossFactor: '4',
    confThreshold: '0.55',
    confMargin: '1',
    basePercent: '0.03',
    perpPercent: '0.03',
    optionPercent: '0.02',
  },
  margin: { imFactor: '1.25', staticDiscount: '0.95', rateMult: '1', rateAdd: '0.12' },
  volShock: { rangeUp: '0.6', rangeDown: '0.3', shortTermPower: '0.3', longTermPower: '0.13', dteFloorDays: '1' },
};

/**
 * Parameters of the second generation, 33 scenarios: the mainnet script of derivexyz/v2-core as read in January 2026. What that
 * reading left open (discounts, skew shocks, haircuts) is the set of the engine's own tests at commit 7736900d.
 */
export const DERIVE_PORTFOLIO_V2_DOCUMENT = {
  scenarios: [
    ...grid(V2_INNER_SHOCKS, '1.18', '0.82'),
    ...Object.entries(V2_TAILS).map(([spotShock, dampening]) => ({ spotShock, vol: 'up', dampening })),
    { spotShock: '1', vol: 'linear' },
    { spotShock: '1', vol: 'abs' },
  ],
  skewShock: {
    linearBaseCap: '0.15',
    linearCBase: '-0.05',
    absBaseCap: '0.15',
    absCBase: '-0.05',
    minKStar: '0.01',
    widthScale: '4',
    volParamStatic: '0.6',
    volParamScale: '-0.1',
  },
  volShock: {
    rangeUp: '0.5',
    rangeDown: '0.3',
    shortTermPower: '0.3',
    longTermPower: '0.13',
    dteFloorDays: '1',
    minVolUp: '0.4',
  },
  margin: {
    imFactor: '1',
    mmFactor: '0.8',
    shortRateMult: '0.5',
    longRateMult: '1',
    shortRateAdd: '0.08',
    longRateAdd: '0.08',
    shortStaticDiscount: '1.04',
    longStaticDiscount: '0.95',
  },
  basisContingency: { spotUp: '1.045', spotDown: '0.955', addFactor: '0.5', multFactor: '2' },
  otherContingency: {
    pegLossThreshold: '0.99',
    pegLossFactor: '4',
    confThreshold: '0.55',
    confMargin: '1',
    mmPerpPercent: '0.03',
    imPerpPercent: '0.01',
    mmOptionPercent: '0.003',
    imOptionPercent: '0.002',
  },
  collateral: {
    BTC: { mmHaircut: '0.02', imHaircut: '0.01', riskCancels: 'BTC' },
    CBBTC: { mmHaircut: '0.04', imHaircut: '0.015', riskCancels: 'BTC' },
    ETH: { mmHaircut: '0.015', imHaircut: '0.005', riskCancels: 'ETH' },
    SDAI: { mmHaircut: '0.12', imHaircut: '0.03' },
    USDE: { mmHaircut: '0.2', imHaircut: '0.05' },
    USDT: { mmHaircut: '0.02', imHaircut: '0.03' },
  },
};
