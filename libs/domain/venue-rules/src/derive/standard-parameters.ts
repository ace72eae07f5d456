import { ANY_NAME, byName, figure, made, optional, record } from '@ballast/documents';
import type { Decimal } from '@ballast/kernel';
import { readParameterDocument } from '@ballast/margin-models';

/** Shares of the notional. */
export interface DerivePerpetualRules {
  readonly mm: Decimal;
  readonly im: Decimal;
}

/** Shares of the spot, of the option's value (`mmPutMtmReq`), of the forward (`unpaired*`) or of the maintenance margin (`mmOffsetScale`). */
export interface DeriveOptionRules {
  readonly maxSpotReq: Decimal;
  readonly minSpotReq: Decimal;
  readonly mmCallSpotReq: Decimal;
  readonly mmPutSpotReq: Decimal;
  readonly mmPutMtmReq: Decimal;
  readonly unpairedImScale: Decimal;
  readonly unpairedMmScale: Decimal;
  readonly mmOffsetScale: Decimal;
}

/** Below a threshold of confidence, `(1 - confidence) * factor` of the notional. */
export interface DeriveOracleRules {
  readonly perpThreshold: Decimal;
  readonly optionThreshold: Decimal;
  readonly baseThreshold: Decimal;
  readonly factor: Decimal;
}

/** Share of a coin's value that counts as margin; the initial level counts `imScale` of that. */
export interface DeriveBaseRules {
  readonly marginFactor: Decimal;
  readonly imScale: Decimal;
}

/** Rules of one underlying; what is absent cannot be held there. */
export interface DeriveMarketRules {
  readonly perp?: DerivePerpetualRules | undefined;
  readonly option?: DeriveOptionRules | undefined;
  readonly base?: DeriveBaseRules | undefined;
  readonly oracle: DeriveOracleRules;
}

export interface DeriveStandardParameters {
  readonly depeg: { readonly threshold: Decimal; readonly factor: Decimal };
  /** By underlying or asset. */
  readonly markets: ReadonlyMap<string, DeriveMarketRules>;
}

const notNegative = figure({ min: '0' });
const share = figure({ min: '0', max: '1' });

const perpetual = record({ mm: notNegative, im: notNegative });

const option = record({
  maxSpotReq: notNegative,
  minSpotReq: notNegative,
  mmCallSpotReq: notNegative,
  mmPutSpotReq: notNegative,
  mmPutMtmReq: notNegative,
  unpairedImScale: notNegative,
  unpairedMmScale: notNegative,
  mmOffsetScale: notNegative,
});

const oracle = record({ perpThreshold: share, optionThreshold: share, baseThreshold: share, factor: notNegative });

const market = made(
  record({
    perp: optional(perpetual, undefined),
    option: optional(option, undefined),
    base: optional(record({ marginFactor: notNegative, imScale: notNegative }), undefined),
    oracleContingency: oracle,
  }),
  ({ oracleContingency, ...rest }): DeriveMarketRules => ({ ...rest, oracle: oracleContingency }),
);

const STANDARD_FORM = record({
  depeg: record({ threshold: notNegative, factor: notNegative }),
  markets: byName(ANY_NAME, market),
});

/** Reads a document of the standard rules. @throws ModelInputError */
export const readDeriveStandard = (document: unknown): DeriveStandardParameters =>
  readParameterDocument(document, STANDARD_FORM);
