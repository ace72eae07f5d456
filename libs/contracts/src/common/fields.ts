import { z } from 'zod';

// Every form is a regular expression, so that the JSON Schema of an event says as much as the parser does. The message
// of a form is the remedy that a sender reads.

/** 40 digits of the kernel profile, their leading zeros, point and sign. */
const LONGEST_DECIMAL = 100;

const decimalForm = (title: string, form: RegExp, remedy: string) =>
  z.string().max(LONGEST_DECIMAL).regex(form, { error: remedy }).meta({ title });

/** Signed decimal as text. Plain notation: no exponent, no plus, no leading zeros, no negative zero. */
export const decimal = decimalForm(
  'decimal',
  /^(?!-0(\.0+)?$)-?(0|[1-9]\d*)(\.\d+)?$/,
  'write a decimal as text in plain notation, such as "-12.5": no exponent, no plus sign, no leading zeros',
);

/** Zero or more. */
export const nonNegativeDecimal = decimalForm(
  'decimal >= 0',
  /^(0|[1-9]\d*)(\.\d+)?$/,
  'write a decimal >= 0 as text in plain notation, such as "12.5": no sign, no exponent, no leading zeros',
);

/** More than zero. */
export const positiveDecimal = decimalForm(
  'decimal > 0',
  /^(?!0(\.0+)?$)(0|[1-9]\d*)(\.\d+)?$/,
  'write a decimal > 0 as text in plain notation, such as "12.5": no sign, no exponent, no leading zeros',
);

/** Milliseconds since 1970-01-01 UTC. */
export const instant = z
  .int()
  .nonnegative()
  .meta({ title: 'instant', description: 'Whole milliseconds since 1970-01-01 UTC.' });

/** A count, 0 or more. */
export const count = z.int().nonnegative();

/** A position in a log, or a number that counts 1, 2, 3, ... */
export const ordinal = z.int().min(1);

/** Number of a numbered partition; 4096 is the most a log can have. */
export const partitionNumber = z.int().nonnegative().max(4095);

/** Same form as `isAccountId` of the kernel; the spec holds the two together. */
export const accountId = z
  .string()
  .regex(/^[a-zA-Z0-9_-]{1,40}\.[a-zA-Z0-9_-]{1,20}$/, {
    error: 'write the account id as <owner>.<name>: letters, digits, "_" and "-", at most 40 and 20 of them',
  })
  .meta({ title: 'account id', description: 'Account id `<owner>.<name>`.' });

/** A case of an account: `<accountId>#<n>`. */
export const caseId = z
  .string()
  .regex(/^[a-zA-Z0-9_-]{1,40}\.[a-zA-Z0-9_-]{1,20}#[1-9]\d{0,9}$/, {
    error: 'write the case id as <accountId>#<n> with n = 1, 2, 3, ...',
  })
  .meta({ title: 'case id', description: 'Liquidation case `<accountId>#<n>`, n counting the cases of the account.' });

/** An id that somebody outside of this schema chose: printable ASCII without blanks. */
export const identifier = z
  .string()
  .max(120)
  .regex(/^[!-~]+$/, { error: 'write an id of 1 to 120 printable ASCII characters without blanks' })
  .meta({ title: 'id' });

/** A stable code in kebab case. */
export const code = z
  .string()
  .max(60)
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, { error: 'write the code in kebab case, such as "below-initial-requirement"' })
  .meta({ title: 'code' });

/** `<name>@<version>`. */
export const versionedName = z
  .string()
  .max(80)
  .regex(/^[a-zA-Z0-9._-]+@[a-zA-Z0-9._-]+$/, { error: 'write <name>@<version>, such as "adaptive-linear@1"' })
  .meta({ title: 'name@version' });

/** A sentence for people. */
export const prose = z.string().max(2_000);

/** SHA-256 in lower-case hex. */
export const sha256Hex = z
  .string()
  .regex(/^[0-9a-f]{64}$/, { error: 'write the 32 bytes of a SHA-256 as 64 lower-case hex digits' })
  .meta({ title: 'SHA-256 hex' });

/** A currency or a coin. Which ones the house takes, its rules say. */
export const asset = z
  .string()
  .regex(/^[A-Z][A-Z0-9]{1,11}$/, {
    error: 'write an asset such as "USD" or "BTC": 2 to 12 capital letters and digits',
  })
  .meta({ title: 'asset' });
/** What contracts are on. */
export const underlying = z
  .string()
  .regex(/^[A-Z][A-Z0-9]{0,11}$/, { error: 'write an underlying such as "BTC": at most 12 capital letters and digits' })
  .meta({ title: 'underlying' });
/** Any contract. The form of an id only; whether date and strike can be, pricing says when it is listed. */
export const instrument = z
  .string()
  .max(60)
  .regex(/^[A-Z0-9]{1,12}-(PERP|[1-9]\d?[A-Z]{3}\d{2}(-(0|[1-9]\d{0,11})(\.\d{0,7}[1-9])?-[CP])?)(-INVERSE)?$/, {
    error:
      'write an instrument such as "BTC-PERP", "BTC-27MAR26" or "BTC-27MAR26-60000-C", with "-INVERSE" if it pays in coin',
  })
  .meta({ title: 'instrument', description: 'Contract id, docs/spec/instruments.md.' });
/** A linear perpetual. */
export const perpetual = z
  .string()
  .regex(/^[A-Z0-9]{1,12}-PERP$/, { error: 'write a linear perpetual such as "BTC-PERP"' })
  .meta({ title: 'perpetual' });
export const side = z.enum(['long', 'short']);
export const tradeSide = z.enum(['buy', 'sell']);
export const priceStatus = z
  .enum(['LIVE', 'DEGRADED', 'HALT'])
  .describe('LIVE, DEGRADED (few sources) or HALT (none: no liquidation, no new risk).');
export const fundPurpose = z
  .enum(['BankruptcyDeficit', 'SlippageBeyondReward'])
  .describe('What the insurance fund is asked for.');
