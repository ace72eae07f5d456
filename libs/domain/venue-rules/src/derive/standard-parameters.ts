import type { Decimal } from '@ballast/kernel';
import { type DocumentFields, readDocument } from '@ballast/margin-models';

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
  readonly perp?: DerivePerpetualRules;
  readonly option?: DeriveOptionRules;
  readonly base?: DeriveBaseRules;
  readonly oracle: DeriveOracleRules;
}

export interface DeriveStandardParameters {
  readonly depeg: { readonly threshold: Decimal; readonly factor: Decimal };
  /** By underlying or asset. */
  readonly markets: ReadonlyMap<string, DeriveMarketRules>;
}

const notNegative = { min: 0 };
const share = { min: 0, max: 1 };

const readPerpetual = (fields: DocumentFields): DerivePerpetualRules => ({
  mm: fields.decimal('mm', notNegative),
  im: fields.decimal('im', notNegative),
});

const readOption = (fields: DocumentFields): DeriveOptionRules => ({
  maxSpotReq: fields.decimal('maxSpotReq', notNegative),
  minSpotReq: fields.decimal('minSpotReq', notNegative),
  mmCallSpotReq: fields.decimal('mmCallSpotReq', notNegative),
  mmPutSpotReq: fields.decimal('mmPutSpotReq', notNegative),
  mmPutMtmReq: fields.decimal('mmPutMtmReq', notNegative),
  unpairedImScale: fields.decimal('unpairedImScale', notNegative),
  unpairedMmScale: fields.decimal('unpairedMmScale', notNegative),
  mmOffsetScale: fields.decimal('mmOffsetScale', notNegative),
});

const readOracle = (fields: DocumentFields): DeriveOracleRules => ({
  perpThreshold: fields.decimal('perpThreshold', share),
  optionThreshold: fields.decimal('optionThreshold', share),
  baseThreshold: fields.decimal('baseThreshold', share),
  factor: fields.decimal('factor', notNegative),
});

const readBase = (fields: DocumentFields): DeriveBaseRules => ({
  marginFactor: fields.decimal('marginFactor', notNegative),
  imScale: fields.decimal('imScale', notNegative),
});

/** Reads a document of the standard rules. @throws ModelInputError */
export function readDeriveStandard(document: unknown): DeriveStandardParameters {
  return readDocument(document, '', (fields) => ({
    depeg: fields.object('depeg', (of) => ({
      threshold: of.decimal('threshold', notNegative),
      factor: of.decimal('factor', notNegative),
    })),
    markets: fields.record('markets', (of) => ({
      ...(of.has('perp') ? { perp: of.object('perp', readPerpetual) } : {}),
      ...(of.has('option') ? { option: of.object('option', readOption) } : {}),
      ...(of.has('base') ? { base: of.object('base', readBase) } : {}),
      oracle: of.object('oracleContingency', readOracle),
    })),
  }));
}
