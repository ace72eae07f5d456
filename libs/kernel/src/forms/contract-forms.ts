import type { TextForm } from './text-form.js';

// Pieces of an instrument id; whether its date and strike can be, `@ballast/instruments` says.
const TICKER = '(?=\\d*[A-Z])[A-Z0-9]{2,12}';
const DATE = '[1-9]\\d?[A-Z]{3}\\d{2}';
const STRIKE = '(0|[1-9]\\d{0,11})(\\.\\d{0,7}[1-9])?';

/** What a ledger is kept in. Which assets there are, a document says. */
export const ASSET: TextForm = {
  title: 'asset',
  pattern: new RegExp(`^${TICKER}$`),
  longest: 12,
  bounded: true,
  remedy: 'write an asset with 2 to 12 capitals and digits, a capital among them, such as "USD"',
  example: 'USD',
};

/** What contracts are written on. Which underlyings there are, the listings say. */
export const UNDERLYING: TextForm = {
  title: 'underlying',
  pattern: new RegExp(`^${TICKER}$`),
  longest: 12,
  bounded: true,
  remedy: 'write an underlying with 2 to 12 capitals and digits, a capital among them, such as "BTC"',
  example: 'BTC',
};

/** The strike inside an instrument id: one text for one number. */
export const STRIKE_TEXT: TextForm = {
  title: 'strike',
  pattern: new RegExp(`^${STRIKE}$`),
  longest: 21,
  bounded: true,
  remedy: 'write a strike in plain notation without zeros at its ends, such as "60000" or "0.65"',
  example: '60000',
};

/** The id of any contract. @see docs/spec/instruments.md CLR-INS-001 */
export const INSTRUMENT_ID: TextForm = {
  title: 'instrument',
  description: 'Contract id, docs/spec/instruments.md.',
  pattern: new RegExp(`^${TICKER}-(PERP|${DATE}(-${STRIKE}-[CP])?)(-INVERSE)?$`),
  longest: 60,
  bounded: true,
  remedy:
    'write an instrument such as "BTC-PERP", "BTC-27MAR26" or "BTC-27MAR26-60000-C", with "-INVERSE" if it pays in coin',
  example: 'BTC-PERP',
};

/** An account of the ledger: `custody`, `client/<accountId>`. */
export const LEDGER_ACCOUNT: TextForm = {
  title: 'ledger account',
  pattern: /^[a-z-]+(\/[a-zA-Z0-9_.#-]+)?$/,
  longest: 120,
  remedy: 'write a ledger account such as "client/alice.main"',
  example: 'client/carol.main',
};
