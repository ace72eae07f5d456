import { z } from 'zod';
import { ACCOUNT_STANDINGS, HOUSE_MODES } from '@ballast/facts';
import { accountId, count, identifier, instrument, nonNegativeDecimal, versionedName } from '../fields.js';
import { breakIdForm } from './reconciliations.js';

/** The answer to a command of one type, with what its owner stored of it. */
const answerTo = <Data extends z.ZodRawShape>(command: string, data: Data) =>
  z
    .strictObject({
      commandId: identifier.meta({ description: 'The Idempotency-Key.' }),
      outcome: z.literal('accepted'),
      data: z.strictObject(data),
    })
    .meta({
      id: `${command}Answer`,
      description: `The stored answer to a ${command}; the same key is answered by exactly this again.`,
    });

const askedStatus = z
  .enum(['held', 'settled', 'released'])
  .meta({ description: '`held`, or under a new key what has become of it since.' });
const proposed = z.literal('proposed');
const approved = z.literal('approved');

/** What the answer to each command of the interface carries. */
export const commandAnswers = {
  OpenAccount: answerTo('OpenAccount', { accountId }),
  Deposit: answerTo('Deposit', { depositId: identifier, accountId }),
  RequestWithdrawal: answerTo('RequestWithdrawal', { withdrawalId: identifier, accountId, status: askedStatus }),
  RequestTransfer: answerTo('RequestTransfer', {
    transferId: identifier,
    accountId,
    to: accountId,
    status: askedStatus,
  }),
  ChangeAccountStanding: answerTo('ChangeAccountStanding', { accountId, standing: z.enum(ACCOUNT_STANDINGS) }),
  ChooseMarginModel: answerTo('ChooseMarginModel', { accountId, model: versionedName }),
  ChangeSetOffAgreement: answerTo('ChangeSetOffAgreement', {
    accountId,
    answers: z.boolean().meta({ description: 'Whether the account answers from now on.' }),
  }),
  ReserveMargin: answerTo('ReserveMargin', {
    reservationId: identifier,
    accountId,
    status: z.enum(['held', 'ended']).meta({ description: '`ended`: asked again when it was over already.' }),
  }),
  BidInAuction: answerTo('BidInAuction', {
    auctionId: identifier,
    accountId,
    quantity: nonNegativeDecimal,
    discount: nonNegativeDecimal.meta({ description: 'At which it was taken down: of a falling price what it gave.' }),
  }),
  ReleaseReservation: answerTo('ReleaseReservation', {
    reservationId: identifier,
    accountId,
    status: z.literal('ended'),
  }),
  ProposeDocument: answerTo('ProposeDocument', { proposalId: identifier }),
  ApproveDocument: answerTo('ApproveDocument', { proposalId: identifier }),
  ProposeTradeCorrection: answerTo('ProposeTradeCorrection', { correctionId: identifier }),
  ApproveTradeCorrection: answerTo('ApproveTradeCorrection', { correctionId: identifier }),
  WithdrawTradeCorrection: answerTo('WithdrawTradeCorrection', { correctionId: identifier }),
  ProposeSuspenseRelease: answerTo('ProposeSuspenseRelease', { releaseId: identifier }),
  ApproveSuspenseRelease: answerTo('ApproveSuspenseRelease', { releaseId: identifier }),
  RecordReconciliation: answerTo('RecordReconciliation', {
    compared: count.meta({ description: 'Lines that were looked at.' }),
    differing: count.meta({ description: 'Lines that differ now.' }),
    opened: count.meta({ description: 'Of those, lines that agreed the last time.' }),
    changed: count.meta({ description: 'Of those, lines that differ by something else than the last time.' }),
    matched: count.meta({ description: 'Lines that differed the last time and agree now.' }),
  }),
  ProposeBreakExplanation: answerTo('ProposeBreakExplanation', { breakId: breakIdForm }),
  ApproveBreakExplanation: answerTo('ApproveBreakExplanation', { breakId: breakIdForm }),
  BeginBookImport: answerTo('BeginBookImport', { importId: identifier }),
  ApproveBookImport: answerTo('ApproveBookImport', { importId: identifier }),
  WithdrawBookImport: answerTo('WithdrawBookImport', { importId: identifier }),
  ChangeHouseMode: answerTo('ChangeHouseMode', {
    proposalId: identifier,
    mode: z.enum(HOUSE_MODES),
    status: z.enum(['changed', 'proposed']).meta({ description: '`proposed`: it waits for a second person.' }),
  }),
  ApproveHouseMode: answerTo('ApproveHouseMode', {
    proposalId: identifier,
    mode: z.enum(HOUSE_MODES),
    status: z.literal('changed'),
  }),
  HaltInstrument: answerTo('HaltInstrument', { haltId: identifier, instrument, status: z.literal('halted') }),
  ProposeResumption: answerTo('ProposeResumption', { haltId: identifier, instrument, status: proposed }),
  ApproveResumption: answerTo('ApproveResumption', { haltId: identifier, instrument, status: z.literal('resumed') }),
  ProposeDelisting: answerTo('ProposeDelisting', { delistingId: identifier, status: proposed }),
  ApproveDelisting: answerTo('ApproveDelisting', { delistingId: identifier, status: approved }),
  ProposeSettlementOverride: answerTo('ProposeSettlementOverride', { overrideId: identifier, status: proposed }),
  ApproveSettlementOverride: answerTo('ApproveSettlementOverride', { overrideId: identifier, status: approved }),
} as const;
