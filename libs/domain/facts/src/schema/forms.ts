import * as form from '@ballast/kernel';
import { describable, oneOf, textOf, whole, type Describable } from './schema.js';

// The words that events are written in: `amount: positiveDecimal('USD.')`.

/** Signed decimal as text, plain notation. */
export const decimal = textOf(form.DECIMAL);
export const nonNegativeDecimal = textOf(form.NON_NEGATIVE_DECIMAL);
export const positiveDecimal = textOf(form.POSITIVE_DECIMAL);

export const accountId = textOf(form.ACCOUNT_ID);
/** A case of an account: `<accountId>#<n>`. */
export const caseId = textOf(form.CASE_ID);
/** An id that somebody outside of the schema chose. */
export const identifier = textOf(form.IDENTIFIER);
export const code = textOf(form.CODE);
/** `<name>@<version>`. */
export const versionedName = textOf(form.VERSIONED_NAME);
export const sha256Hex = textOf(form.SHA256_HEX);

export const asset = textOf(form.ASSET);
export const underlying = textOf(form.UNDERLYING);
export const instrument = textOf(form.INSTRUMENT_ID);
export const ledgerAccount = textOf(form.LEDGER_ACCOUNT);

/** A name of free form. */
export const label = textOf(form.LABEL);
/** What somebody else wrote, perhaps nonsense. */
export const quotation = textOf(form.QUOTATION);
/** A sentence for people. */
export const prose = textOf(form.PROSE);
/** Why somebody wants something. */
export const reason = textOf(form.REASON);

const numbers =
  (least: number, most?: number, title?: string, usual?: string): Describable<number> =>
  (description = usual) =>
    whole(least, most, {
      ...(title === undefined ? {} : { title }),
      ...(description === undefined ? {} : { description }),
    });

/** A moment of clearing time. */
export const instant = numbers(0, form.LAST_INSTANT, 'instant', 'Whole milliseconds since 1970-01-01 UTC.');
/** A count, 0 or more. */
export const count = numbers(0);
/** A position in a log, or a number that counts 1, 2, 3, ... */
export const ordinal = numbers(1);
/** Number of a numbered partition; 4096 is the most a log can have. */
export const partitionNumber = numbers(0, 4095);

/** Direction of a position. */
export const side = describable(oneOf(['long', 'short']));
/** Direction of a trade. */
export const tradeSide = describable(oneOf(['buy', 'sell']));
/** Quality of a price. */
export const priceStatus = describable(
  oneOf(['LIVE', 'DEGRADED', 'HALT'], 'LIVE, DEGRADED (few sources) or HALT (none: no liquidation, no new risk).'),
);
export const fundPurpose = describable(
  oneOf(['BankruptcyDeficit', 'SlippageBeyondReward'], 'What the insurance fund is asked for.'),
);
