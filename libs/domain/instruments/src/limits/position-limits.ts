import {
  byName,
  checked,
  documentKind,
  figure,
  optional,
  readBody,
  record,
  type DocumentForm,
  type HouseRules,
} from '@ballast/documents';
import { INSTRUMENT_ID, UNDERLYING, type Decimal } from '@ballast/kernel';

/** How much one may have; null: as much as margin lets it. */
export interface HolderLimits {
  /** Of one account. */
  readonly account: Decimal | null;
  /** Of all accounts of an owner together. */
  readonly owner: Decimal | null;
}

/** The `position-limits` document. */
export interface PositionLimits {
  /** `<name>@<version>`, cited by every event that follows from it. */
  readonly id: string;
  /** Contracts on a side; `openInterest` of all accounts of the house together. */
  readonly instruments: ReadonlyMap<string, HolderLimits & { readonly openInterest: Decimal | null }>;
  /** USD of notional on a side, over all contracts of an underlying. */
  readonly underlyings: ReadonlyMap<string, HolderLimits>;
}

const most = (): DocumentForm<Decimal | null> => optional(figure({ min: '0' }), null);

/** An account of an owner can never have more than the owner. */
const ordered = <Limits extends HolderLimits>(of: DocumentForm<Limits>): DocumentForm<Limits> =>
  checked(of, ({ account, owner }, refuse) => {
    if (account !== null && owner !== null && account.gt(owner)) {
      refuse('account', 'is above the limit of the owner; write at most that');
    }
  });

const BODY = record({
  instruments: byName(INSTRUMENT_ID, ordered(record({ account: most(), owner: most(), openInterest: most() }))),
  underlyings: byName(UNDERLYING, ordered(record({ account: most(), owner: most() }))),
});

/** No log begins with limits: until two persons have put some in force, margin alone bounds a position. @see docs/spec/limits.md CLR-LIM-001 */
export const LIMIT_DOCUMENTS = documentKind<PositionLimits>('position-limits', (body, id) => {
  const reading = readBody(body, BODY);
  return 'defects' in reading ? reading : { figures: { id, ...reading.figures } };
});

/** Undefined while no document is in force. */
export const limitsInForce = (rules: HouseRules): PositionLimits | undefined => LIMIT_DOCUMENTS.ifInForce(rules);
