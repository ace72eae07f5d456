import type { Request } from 'express';
import { evolveRules, noRules, type HouseRules } from '@ballast/documents';
import { documentHash } from '@ballast/documents/testing';
import type { Command } from '@ballast/partition-worker';
import type { ClearingGateway } from './clearing.gateway.js';
import { DocumentsController } from './documents.controller.js';

const documentWith = (kind: string, id: string, body: object) => ({ kind, id, hash: documentHash(body), body });

const POLICY = documentWith('margin-parameters', 'policy@1', { noticeMs: 3_600_000, z: '2.3' });
const NEXT = documentWith('margin-parameters', 'policy@2', { noticeMs: 7_200_000, z: '2.3' });
const MODEL = documentWith('model', 'flat@1', { rate: '1' });
const OTHER_MODEL = documentWith('model', 'steep@1', { rate: '2' });

function rulesWith(...proposed: readonly (typeof POLICY)[]): HouseRules {
  const rules = noRules();
  evolveRules.DocumentsEstablished(rules, { documents: [POLICY, MODEL] } as never);
  for (const document of proposed) {
    evolveRules.DocumentProposed(rules, { proposalId: `p-${document.id}`, document, reason: 'calm' }, 'ann');
  }
  return rules;
}

const AS_OF = { clearing: 7, positions: { 'margin/-1': 3 } };

const executed: [string, number, Command][] = [];

const over = (rules: HouseRules): DocumentsController =>
  new DocumentsController({
    tellFrom: ({ query }: { query: (state: { readonly rules: HouseRules }) => object }) =>
      Promise.resolve({ answer: query({ rules }), log: 'margin', partition: -1, position: 3, clearing: 7 }),
    execute: (log: string, partition: number, command: Command) => {
      executed.push([log, partition, command]);
      return Promise.resolve({ outcome: 'accepted', data: {} });
    },
  } as unknown as ClearingGateway);

const REQUEST = {
  header: (name: string) => ({ 'idempotency-key': 'key-0001', 'x-actor': 'ann' })[name],
} as unknown as Request;

beforeEach(() => executed.splice(0));

describe('the view of the rules of a service', () => {
  it('has what is in force, and no proposals when there are none', async () => {
    expect(await over(rulesWith()).rules('margin', {})).toEqual({ items: [POLICY, MODEL], next: null, asOf: AS_OF });
    expect(await over(rulesWith()).ruleProposals('margin', {})).toEqual({ items: [], next: null, asOf: AS_OF });
  });

  it('shows of a proposal what it replaces and which figures that would change', async () => {
    expect(await over(rulesWith(NEXT)).rules('margin', {})).toMatchObject({ items: [POLICY, MODEL] });
    expect(await over(rulesWith(NEXT)).ruleProposals('margin', {})).toEqual({
      items: [
        {
          proposalId: 'p-policy@2',
          proposer: 'ann',
          reason: 'calm',
          ...NEXT,
          replaces: 'policy@1',
          changes: [{ field: 'noticeMs', before: 3_600_000, after: 7_200_000 }],
        },
      ],
      next: null,
      asOf: AS_OF,
    });
  });

  it('shows a model of another name as one that stands beside the others and is new in all of its figures', async () => {
    expect(await over(rulesWith(OTHER_MODEL)).ruleProposals('margin', {})).toMatchObject({
      items: [{ id: 'steep@1', replaces: null, changes: [{ field: 'rate', after: '2' }] }],
    });
  });

  it('has an approved proposal among what is in force only', async () => {
    const rules = rulesWith(NEXT);
    evolveRules.DocumentApproved(rules, { proposalId: 'p-policy@2', kind: NEXT.kind, id: NEXT.id });
    expect(await over(rules).rules('margin', {})).toMatchObject({ items: [NEXT, MODEL] });
    expect(await over(rules).ruleProposals('margin', {})).toMatchObject({ items: [] });
  });
});

describe('a change of the rules', () => {
  const proposal = { proposalId: 'p-1', kind: 'margin-parameters', id: 'policy@2', body: { z: '2' }, reason: 'calm' };

  it('is proposed to the global partition of its service, by the person in the header', async () => {
    await over(rulesWith()).proposeDocument(REQUEST, 'margin', proposal);
    expect(executed).toEqual([
      ['margin', -1, { id: 'key-0001', type: 'ProposeDocument', body: proposal, actor: 'ann' }],
    ]);
  });

  it.each([[undefined], [{}]])('is approved with the body %j', async (body) => {
    await over(rulesWith()).approveDocument(REQUEST, 'margin', 'p-1', body);
    expect(executed).toEqual([
      ['margin', -1, { id: 'key-0001', type: 'ApproveDocument', body: { proposalId: 'p-1' }, actor: 'ann' }],
    ]);
  });

  it.each<[string, (controller: DocumentsController) => unknown, readonly string[]]>([
    ['of a service that has no rules', (to) => to.rules('exchange', {}), ['service']],
    ['proposed to a service that has no rules', (to) => to.proposeDocument(REQUEST, 'exchange', proposal), ['service']],
    ['proposed without a body', (to) => to.proposeDocument(REQUEST, 'margin', undefined), ['body']],
    [
      'proposed with too much',
      (to) => to.proposeDocument(REQUEST, 'margin', { ...proposal, approved: true }),
      ['approved'],
    ],
    [
      'proposed without a version',
      (to) => to.proposeDocument(REQUEST, 'margin', { ...proposal, id: 'policy' }),
      ['id'],
    ],
    ['approved by an id with a blank', (to) => to.approveDocument(REQUEST, 'margin', 'p 1', {}), ['proposalId']],
    ['approved with a body', (to) => to.approveDocument(REQUEST, 'margin', 'p-1', { actor: 'bob' }), ['actor']],
  ])('%s is malformed, and nothing is executed', async (_, ask, fields) => {
    const refused: unknown = await Promise.resolve(over(rulesWith()))
      .then(ask)
      .catch((error: unknown) => error);
    expect(refused).toMatchObject({
      body: { status: 400, code: 'request-malformed', errors: fields.map((field) => ({ field })) },
    });
    expect(executed).toEqual([]);
  });
});
