const ORACLE = { perpThreshold: '0.55', optionThreshold: '0.55', baseThreshold: '0.55', factor: '1' };
const PERPETUAL = { mm: '0.065', im: '0.1' };
const OPTION = {
  maxSpotReq: '0.15',
  minSpotReq: '0.13',
  mmCallSpotReq: '0.09',
  mmPutSpotReq: '0.09',
  mmPutMtmReq: '0.09',
  unpairedImScale: '1.2',
  unpairedMmScale: '1.1',
  mmOffsetScale: '1.05',
};

/** Mainnet parameters: `scripts/config-mainnet.sol` of derivexyz/v2-core, read January 2026. */
export const DERIVE_STANDARD_DOCUMENT = {
  depeg: { threshold: '0.99', factor: '2' },
  markets: {
    BTC: {
      perp: PERPETUAL,
      option: OPTION,
      base: { marginFactor: '0.75', imScale: '0.93' },
      oracleContingency: ORACLE,
    },
    ETH: {
      perp: PERPETUAL,
      option: OPTION,
      base: { marginFactor: '0.8', imScale: '0.9375' },
      oracleContingency: ORACLE,
    },
    SOL: { perp: { mm: '0.1', im: '0.2' }, oracleContingency: ORACLE },
    DOGE: { perp: { mm: '0.1', im: '0.2' }, oracleContingency: ORACLE },
    DAI: { base: { marginFactor: '0.925', imScale: '0.92' }, oracleContingency: ORACLE },
    SDAI: { base: { marginFactor: '0.875', imScale: '0.915' }, oracleContingency: ORACLE },
    USDE: { base: { marginFactor: '0.8', imScale: '0.875' }, oracleContingency: ORACLE },
    USDT: { base: { marginFactor: '0.98', imScale: '0.98' }, oracleContingency: ORACLE },
    WSTETH: { base: { marginFactor: '0.8', imScale: '0.9375' }, oracleContingency: ORACLE },
  },
};
