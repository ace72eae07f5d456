/**
 * Ballast's own scan: price steps of 4.5 % up to 18 %, volatility up 50 % and down 30 % at 30 days, tails that count in part,
 * bent and tilted smiles. The steps and tails are those that Derive publishes for its second generation; the factors are ours.
 */
export const SCENARIO_DOCUMENT = {
  grid: {
    priceMoves: ['-0.18', '-0.135', '-0.09', '-0.045', '0', '0.045', '0.09', '0.135', '0.18'],
    volatilities: ['up', 'none', 'down'],
  },
  volShock: {
    rangeUp: '0.5',
    rangeDown: '0.3',
    shortTermPower: '0.3',
    longTermPower: '0.13',
    dteFloorDays: '1',
    minVolUp: '0.4',
  },
  tails: [
    { priceMove: '-0.66', volatility: 'up', weight: '0.21' },
    { priceMove: '-0.33', volatility: 'up', weight: '0.42' },
    { priceMove: '0.5', volatility: 'up', weight: '0.2772' },
    { priceMove: '1', volatility: 'up', weight: '0.1386' },
    { priceMove: '2', volatility: 'up', weight: '0.0693' },
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
  termShock: '0.1',
  basis: { up: '1.045', down: '0.955', addFactor: '0.1', multFactor: '0.4', mode: 'added' },
  statics: {
    contract: { initial: '0.015', maintenance: '0.01' },
    nakedShort: { initial: '0.005', maintenance: '0.003' },
  },
  shortOptionMinimum: '0.005',
  expiryOffset: '1',
  offsets: [{ underlyings: ['BTC', 'ETH'], share: '0.3' }],
  confidence: { threshold: '0.55', factor: '1' },
  factors: { initial: '1.25', maintenance: '1' },
  collateral: {
    BTC: { haircut: '0.02', initialHaircut: '0.02', follows: 'BTC' },
    ETH: { haircut: '0.02', initialHaircut: '0.02', follows: 'ETH' },
    USDC: { haircut: '0.01', initialHaircut: '0.01' },
    USDT: { haircut: '0.01', initialHaircut: '0.02' },
  },
};
