import { documentHash } from '@ballast/documents/testing';
import { GLOBAL } from '@ballast/event-sourcing';
import { anOpening, approve, assetsWith, bundled, Desk, fundDesk, accountsDesk } from './accounts.fixtures.js';
import { accountsProcess } from './accounts.process.js';
import { ClearingHouse } from './clearing-house.fixtures.js';
import { fundProcess } from './fund/fund.process.js';
import { ASSET_DOCUMENTS } from './ledger/assets.js';

const propose = (desk: ReturnType<typeof fundDesk>, payload: unknown) =>
  desk.takeAny('ProposeDocument', payload, GLOBAL, 'accounts.commands', 'ann');

describe('the rules of accounts [CLR-ACC-004]', () => {
  it('begin the log of every partition, with all kinds and who answers for them', () => {
    for (const { events } of [accountsDesk(), fundDesk()]) {
      expect(events.map(({ type, stream }) => `${type} ${stream}`)).toEqual([
        'DocumentsEstablished rules',
        'ReleaseInForce release',
      ]);
      expect(events[0]?.payload).toMatchObject({
        author: 'genesis',
        documents: [
          { kind: 'assets' },
          { kind: 'fee-schedule' },
          { kind: 'loss-waterfall' },
          { kind: 'selectable-models' },
        ],
      });
    }
  });

  it('that lack a kind, or cannot be decided by, begin no log', () => {
    const { documents } = anOpening().genesis;
    const opened = (changed: typeof documents) => () => new Desk(accountsProcess, 0, 1, anOpening(changed));
    expect(opened(documents.slice(1))).toThrow('accounts begins with one assets, not with 0');
    const broken = documents.map((each) =>
      each.kind === 'fee-schedule' ? { ...each, hash: documentHash({}), body: {} } : each,
    );
    expect(opened(broken)).toThrow('perpetual: write a record');
    expect(() => new Desk(fundProcess, GLOBAL, 1, anOpening([]))).toThrow(
      'accounts begins with one assets, not with 0',
    );
  });

  it('change by two persons in the global partition, and reach every numbered one', () => {
    const house = new ClearingHouse(2, 1);
    house.approve('assets', assetsWith('SOL', { minorUnitDigits: 9 }));
    for (const { state } of house.desks)
      expect(ASSET_DOCUMENTS.inForce(state.rules).get('SOL')?.minorUnitDigits).toBe(9);
    const [one] = house.accounts as [string];
    house.deposit(one, 'SOL', '0.000000001');
    expect([house.violations, house.atRest()]).toEqual([[], []]);
  });

  it('that drop an asset are refused at the proposal [CLR-ACC-003]', () => {
    const fund = fundDesk();
    const assets = { ...assetsWith('USD', {}).assets };
    delete assets['ETH'];
    const proposal = { proposalId: 'p', kind: 'assets', id: 'assets-default@2', body: { assets }, reason: 'tidy' };
    expect(propose(fund, proposal)).toEqual([]);
    expect(fund.result).toMatchObject({ outcome: 'rejected', code: 'document-invalid' });
  });

  it('that would drop what another document brought meanwhile are refused at the approval [CLR-ACC-003]', () => {
    const fund = fundDesk();
    const body = assetsWith('USDC', { depositsOpen: false });
    propose(fund, { proposalId: 'late', kind: 'assets', id: 'assets-late@1', body, reason: 'first' });
    expect(approve(fund, 'assets', 'assets-sol@1', assetsWith('SOL', {}))).toHaveLength(2);
    fund.takeAny('ApproveDocument', { proposalId: 'late' }, GLOBAL, 'accounts.commands', 'ben');
    expect(fund.result).toMatchObject({ outcome: 'rejected', code: 'document-invalid' });
  });

  it.each`
    type                 | damage                                | defect
    ${'ProposeDocument'} | ${null}                               | ${'write a record'}
    ${'ProposeDocument'} | ${{ proposalId: undefined }}          | ${'proposalId: write an id'}
    ${'ProposeDocument'} | ${{ reason: 'because\u001b[2J' }}     | ${'reason: '}
    ${'ProposeDocument'} | ${{ reason: '' }}                     | ${'reason: '}
    ${'ProposeDocument'} | ${{ kind: 7 }}                        | ${'kind: write the code'}
    ${'ProposeDocument'} | ${{ id: 'assets' }}                   | ${'id: write <name>@<version>'}
    ${'ProposeDocument'} | ${{ body: { assets: { USD: 0.5 } } }} | ${'assets.USD: write a record'}
    ${'ApproveDocument'} | ${null}                               | ${'write a record'}
    ${'ApproveDocument'} | ${{ proposalId: ['p'] }}              | ${'proposalId: write an id'}
  `('are not changed, and nothing stops, by a damaged $type: $damage', ({ type, damage, defect }) => {
    const fund = fundDesk();
    const proposal = {
      proposalId: 'p',
      kind: 'assets',
      id: 'assets-default@2',
      body: bundled('assets'),
      reason: 'tidy',
    };
    const sound = type === 'ProposeDocument' ? proposal : { proposalId: 'p' };
    const payload: unknown = damage === null ? null : { ...sound, ...(damage as object) };
    expect(fund.takeAny(type as string, payload, GLOBAL, 'accounts.commands', 'ann')).toEqual([]);
    expect(fund.result).toMatchObject({ outcome: 'rejected', code: 'document-invalid' });
    expect((fund.result as { detail: string }).detail).toContain(defect as string);
  });

  it('of a kind that accounts does not decide by are refused', () => {
    const fund = fundDesk();
    propose(fund, { proposalId: 'p', kind: 'margin-parameters', id: 'm@1', body: bundled('assets'), reason: 'no' });
    expect(fund.result).toMatchObject({ outcome: 'rejected', code: 'document-kind-unknown' });
  });
});
