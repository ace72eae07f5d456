import { z } from 'zod';
import { HOUSE_MODES } from '@ballast/facts';
import { identifier, reason } from '../fields.js';
import { pageOf } from './page.js';
import { instant } from './times.js';

const mode = z.enum(HOUSE_MODES).meta({ id: 'HouseMode', description: 'What the house does at all.', example: 'halt' });

export const houseModeRequest = z
  .strictObject({
    proposalId: identifier,
    mode,
    reason: reason.meta({ description: 'Why; everybody who is refused because of it asks.' }),
  })
  .meta({
    id: 'HouseModeRequest',
    description:
      'Lets the house do less, at once and by one person, or proposes that it does more, which another person approves.',
    example: { proposalId: 'halt-2020-03-12', mode: 'halt', reason: 'Two venues are down.' },
  });

export const houseModeApprovalRequest = z
  .strictObject({})
  .meta({ id: 'HouseModeApprovalRequest', description: 'Approves the proposal in the path.', example: {} });

export const houseModeView = z
  .strictObject({
    mode,
    change: z
      .strictObject({
        proposalId: identifier,
        at: instant,
        proposer: z.string(),
        approver: z.string().nullable().meta({ description: 'null: one person lets the house do less.' }),
        reason: z.string(),
      })
      .nullable()
      .meta({ description: 'By whom, when and why it came to that; null while nobody has changed it.' }),
  })
  .meta({ id: 'HouseModeView', description: 'What the house does at all.' });

export const houseModeProposalsPage = pageOf(
  'HouseModeProposalsPage',
  'What the house is to do again and waits for a second person, in the order of ids.',
  z.strictObject({ proposalId: identifier, mode, proposer: z.string(), reason: z.string() }),
);
