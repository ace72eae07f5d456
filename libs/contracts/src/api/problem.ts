import { z } from 'zod';
import { CODE } from '@ballast/kernel';
import { zodText } from '../schema-to-zod.js';

/** Status and title of every code that an answer may carry. Codes are for ever; titles may be reworded. */
export const PROBLEMS = {
  'request-malformed': { status: 400, title: 'The request has fields that are wrong, missing or unknown' },
  'idempotency-key-required': { status: 400, title: 'A write needs an Idempotency-Key' },
  'request-too-large': { status: 413, title: 'The request is larger than this interface takes' },
  'not-authenticated': { status: 401, title: 'Nobody is known by these credentials' },
  'actor-missing': { status: 401, title: 'The request must name the person who makes it' },
  'origin-foreign': { status: 403, title: 'A page of another origin may not ask this server' },
  'not-permitted': { status: 403, title: 'This caller may not do that' },
  'account-unknown': { status: 404, title: 'There is no such account' },
  'producer-unknown': { status: 404, title: 'No such producer has sent anything' },
  'withdrawal-unknown': { status: 404, title: 'There is no such withdrawal' },
  'decision-unknown': { status: 404, title: 'There is no such decision' },
  'case-unknown': { status: 404, title: 'There was no such liquidation' },
  'event-unknown': { status: 404, title: 'There is no such event, or none about the account' },
  'log-unknown': { status: 404, title: 'There is no such log or partition' },
  'command-id-unknown': { status: 404, title: 'No command with this id was accepted' },
  'proposal-unknown': { status: 404, title: 'There is no such proposal' },
  'reservation-unknown': { status: 404, title: 'No such reservation was made' },
  'correction-unknown': { status: 404, title: 'There is no such correction' },
  'break-unknown': { status: 404, title: 'There is no open break of this id' },
  'release-unknown': { status: 404, title: 'There is no such release' },
  'suspense-unknown': { status: 404, title: 'Nothing of that position waits in suspense' },
  'trade-unknown': { status: 404, title: 'No trade of this id is remembered in this instrument' },
  'not-found': { status: 404, title: 'There is nothing at this address' },
  'account-exists': { status: 409, title: 'The account exists already' },
  'idempotency-key-reused': { status: 409, title: 'The Idempotency-Key was used for another request' },
  'proposal-exists': { status: 409, title: 'The proposal id was used before' },
  'proposal-approved': { status: 409, title: 'The proposal was approved before' },
  'producer-forked': { status: 409, title: 'The producer contradicts what was kept of it' },
  'incarnation-ended': { status: 409, title: 'Two persons have ended this incarnation of the producer' },
  'incarnation-used': { status: 409, title: 'The incarnation was used before' },
  'continuation-not-proposed': { status: 409, title: 'Nobody has proposed that the producer goes on this way' },
  'exchange-not-kept': { status: 409, title: 'This house does not keep the log of its exchange' },
  'correction-exists': { status: 409, title: 'The correction id was used before' },
  'correction-approved': { status: 409, title: 'The correction was approved before' },
  'correction-not-reported': { status: 409, title: 'Not every partition has said what it booked of the trade' },
  'break-explained': { status: 409, title: 'The break is explained already' },
  'break-not-proposed': { status: 409, title: 'Nobody has said yet why the books differ' },
  'reconciliation-out-of-order': { status: 409, title: 'A later state of these books was compared before' },
  'release-exists': { status: 409, title: 'The release id was used before' },
  'release-approved': { status: 409, title: 'The release was approved before' },
  'trade-reversed': { status: 409, title: 'The trade was taken back before' },
  'document-id-taken': { status: 409, title: 'The id of the document was used before' },
  'proposer-may-not-approve': { status: 409, title: 'Another person than the proposer must approve' },
  'deposit-id-reused': { status: 409, title: 'The deposit id came before with another content' },
  'reservation-id-reused': { status: 409, title: 'The reservation id stands for another order' },
  'withdrawal-id-reused': { status: 409, title: 'The withdrawal id came before with another content' },
  'transfer-id-reused': { status: 409, title: 'The account used this id before, for something else' },
  'account-closed': { status: 409, title: 'The account is closed, for good' },
  'standing-unchanged': { status: 409, title: 'The account stands like that already' },
  'freezer-may-not-release': { status: 409, title: 'Another person than the one who froze the account releases it' },
  'account-not-flat': { status: 409, title: 'The account still holds positions' },
  'account-not-empty': { status: 409, title: 'The account still holds, owes or waits for money' },
  'account-frozen': { status: 422, title: 'The account is frozen: deposits and less risk only' },
  'standing-invalid': { status: 422, title: 'An account is open, frozen or closed' },
  'account-id-invalid': { status: 422, title: 'An account id has the form <owner>.<name>' },
  'deposit-id-invalid': { status: 422, title: 'A deposit id has 1 to 120 printable characters without blanks' },
  'withdrawal-id-invalid': { status: 422, title: 'A withdrawal id has 1 to 120 printable characters without blanks' },
  'transfer-id-invalid': { status: 422, title: 'A transfer id has 1 to 120 printable characters without blanks' },
  'transfer-to-itself': { status: 422, title: 'A transfer goes to another account than it comes from' },
  'transfer-to-other-owner': { status: 422, title: 'A transfer goes to another account of the same owner' },
  'recipient-unknown': { status: 422, title: 'The account that is to get the money is not open' },
  'asset-invalid': { status: 422, title: 'An asset is named with capitals and digits' },
  'house-reduce-only': { status: 422, title: 'The house takes no new risk at present' },
  'house-withdrawals-stopped': { status: 422, title: 'The house pays no withdrawals at present' },
  'house-halted': { status: 422, title: 'The house is halted: it takes deposits only' },
  'house-mode-invalid': { status: 422, title: 'The house has no such mode' },
  'house-mode-unchanged': { status: 409, title: 'The house is in this mode already' },
  'instrument-halted': { status: 422, title: 'Nothing trades in this instrument at present' },
  'instrument-halt-invalid': { status: 422, title: 'The halt of the instrument cannot be read' },
  'halt-exists': { status: 409, title: 'A halt of this id was made before' },
  'halt-shorter': { status: 409, title: 'The instrument is halted for longer already' },
  'halt-in-the-past': { status: 422, title: 'The end of a halt lies in the future' },
  'halt-unknown': { status: 404, title: 'No halt of this id was made' },
  'halt-ended': { status: 409, title: 'The halt is over, or a later one has replaced it' },
  'settlement-override-invalid': { status: 422, title: 'The settlement price cannot be read' },
  'expiry-unknown': { status: 422, title: 'Nothing that is cleared expires then, or its price is fixed already' },
  'override-exists': { status: 409, title: 'The id of the settlement price was used before' },
  'override-unknown': { status: 404, title: 'No settlement price of this id was proposed' },
  'override-approved': { status: 409, title: 'The settlement price was approved before' },
  'override-lapsed': { status: 409, title: 'The time for approving the settlement price is over' },
  'resumption-exists': { status: 409, title: 'The end of this halt is proposed already' },
  'resumption-unknown': { status: 409, title: 'Nobody proposed the end of this halt' },
  'asset-not-kept': { status: 422, title: 'The house does not keep this asset' },
  'deposits-closed': { status: 422, title: 'The house takes no deposits of this asset' },
  'withdrawals-closed': { status: 422, title: 'The house pays no withdrawals of this asset' },
  'amount-invalid': { status: 422, title: 'An amount is a decimal as text in plain notation' },
  'amount-not-positive': { status: 422, title: 'The amount must be above zero' },
  'amount-too-large': { status: 422, title: 'The amount is too large' },
  'amount-too-fine': { status: 422, title: 'The amount has more digits than the asset' },
  'account-liquidating': { status: 422, title: 'The account is being liquidated' },
  'model-invalid': { status: 422, title: 'A margin model is named <name>@<version>' },
  'model-not-offered': { status: 422, title: 'The house does not offer this margin model to owners' },
  'model-while-liquidating': { status: 422, title: 'The margin model stays while the account is being liquidated' },
  'answers-invalid': { status: 422, title: 'An account answers for the others of its owner, or it does not' },
  'set-off-not-offered': { status: 422, title: 'The waterfall of the house asks no other accounts of an owner' },
  'set-off-while-liquidating': {
    status: 422,
    title: 'An account goes on answering while another of its owner is being liquidated',
  },
  'account-restricted': { status: 422, title: 'The account may only reduce its positions' },
  'below-initial-requirement': { status: 422, title: 'Equity would not cover the initial requirement' },
  'owner-below-initial-requirement': {
    status: 422,
    title: 'Another account of the owner would fall below its initial requirement',
  },
  'position-limit': { status: 422, title: 'The position would be beyond its limit' },
  'concentration-limit': { status: 422, title: 'The notional in the underlying would be beyond its limit' },
  'open-interest-limit': { status: 422, title: 'The open interest of the instrument would be beyond its limit' },
  'account-reduce-only': { status: 422, title: 'The account may only reduce its risk' },
  'reservation-malformed': { status: 422, title: 'The reservation cannot be read' },
  'no-prices': { status: 503, title: 'Something that the account may fill has no price' },
  'claim-repaid-first': {
    status: 422,
    title: 'The money has paid back what was paid for the account; ask for the rest',
  },
  'insufficient-collateral': { status: 422, title: 'The account does not hold that much of the asset' },
  'instrument-unknown': { status: 422, title: 'The exchange lists no such instrument' },
  'what-if-impossible': { status: 422, title: 'The margin model cannot work on what was asked' },
  'command-unknown': { status: 422, title: 'No command of this name exists' },
  'reconciliation-invalid': { status: 422, title: 'The reconciliation cannot be read' },
  'reconciliation-ahead': { status: 422, title: 'The ledger has not come to that moment yet' },
  'correction-invalid': { status: 422, title: 'The correction cannot be read' },
  'release-invalid': { status: 422, title: 'The release cannot be read' },
  'suspense-not-bookable': { status: 422, title: 'It cannot be booked where it says, as things stand' },
  'suspense-not-money': { status: 422, title: 'Only money is sent back; a fill is cancelled with its trade' },
  'trade-side-missing': { status: 422, title: 'The sides of the trade that were booked do not cancel' },
  'trade-in-suspense': { status: 422, title: 'A side of the trade is in suspense, and variation was settled on it' },
  'trade-of-close-out': { status: 422, title: 'The trade executed a close-out order' },
  'instrument-expired': { status: 422, title: 'The contract has expired' },
  'document-invalid': { status: 422, title: 'The document cannot be used as it is' },
  'document-kind-unknown': { status: 422, title: 'The service has no rules of this kind' },
  'prices-halted': { status: 503, title: 'There is no price good enough to decide on' },
  'answer-pending': { status: 503, title: 'The request was accepted; its answer is not known yet' },
  'not-ready': { status: 503, title: 'The service is still catching up with its log' },
  'archive-unreadable': { status: 503, title: 'Blocks that were archived cannot be read; newer ones can' },
  'store-unavailable': { status: 503, title: 'The store does not answer; nothing that was acknowledged is lost' },
  'too-many-requests': { status: 429, title: 'Too many requests' },
  'account-of-other-partition': {
    status: 500,
    title: 'The request was sent to another partition than the one of the account',
  },
  internal: { status: 500, title: 'Something went wrong on our side' },
} as const satisfies Readonly<Record<string, { readonly status: number; readonly title: string }>>;

export type ProblemCode = keyof typeof PROBLEMS;

export const fieldError = z
  .strictObject({
    field: z.string().meta({ description: 'Path of the field.', example: 'amount' }),
    message: z.string().meta({ description: 'What is wrong.', example: 'is "1e3"' }),
    remedy: z.string().meta({ description: 'What to do about it.', example: 'write an amount > 0, such as "1000.00"' }),
  })
  .meta({ id: 'FieldError', description: 'What is wrong with one field of a request.' });

/** @see RFC 9457 */
export const problem = z
  .strictObject({
    type: z.string().meta({ description: 'URI of the kind of problem: `urn:ballast:problem:<code>`.' }),
    title: z.string(),
    status: z.int().min(400).max(599),
    code: zodText(CODE).meta({ description: 'Stable code; a program branches on this.' }),
    detail: z.string().meta({ description: 'This occurrence, in a sentence.' }),
    instance: z.string().optional().meta({ description: 'The command or request it is about.' }),
    errors: z.array(fieldError).meta({ description: 'One per wrong field; empty when no field is to blame.' }),
  })
  .meta({
    id: 'Problem',
    description: 'application/problem+json (RFC 9457). Every answer that is no success has this form.',
    example: {
      type: 'urn:ballast:problem:below-initial-requirement',
      title: 'Equity would not cover the initial requirement',
      status: 422,
      code: 'below-initial-requirement',
      detail: 'Equity without this withdrawal would be 3510.12 USD, the initial requirement is 5466.05 USD.',
      errors: [],
    },
  });

export type Problem = z.infer<typeof problem>;

/**
 * Makes the body of a problem answer. A code that is not in the list (a rejection newer than this table) is a
 * refusal of the request's content: 422.
 */
export function problemOf(
  problemCode: string,
  detail: string,
  errors: Problem['errors'] = [],
  instance?: string,
): Problem {
  const { status, title } = Object.hasOwn(PROBLEMS, problemCode)
    ? PROBLEMS[problemCode as ProblemCode]
    : { status: 422, title: 'The request was refused' };
  const body: Problem = {
    type: `urn:ballast:problem:${problemCode}`,
    title,
    status,
    code: problemCode,
    detail,
    errors,
  };
  return instance === undefined ? body : { ...body, instance };
}
