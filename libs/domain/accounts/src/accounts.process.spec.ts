import { accountsDesk, deskWith } from './accounts.fixtures.js';

const alice = 'alice.main';

describe('an input of an unknown type', () => {
  it('is refused as a command, because whoever writes commands must not be able to stop a partition', () => {
    const desk = accountsDesk();
    expect(desk.takeAny('toString', {}, undefined, 'accounts.commands')).toEqual([]);
    expect(desk.result).toMatchObject({ outcome: 'rejected', code: 'command-unknown' });
  });

  it.each(['exchange.fills', 'exchange.transfers', 'pricing', 'margin', 'liquidation', 'accounts', 'weather'])(
    'stops the partition when it is a fact of %s',
    (log) => {
      expect(() => accountsDesk().takeAny('toString', {}, undefined, log)).toThrow(/accounts does not (know|read)/);
    },
  );

  it('stops the fold when it is an own event, also in a newer version', () => {
    const desk = deskWith({ [alice]: '1' });
    const opened = desk.events.find(({ type }) => type === 'AccountOpened');
    if (opened === undefined) throw new Error('nothing was opened');
    const next = { ...opened, position: desk.machine.size + 1 };
    expect(() => desk.machine.recallOwn({ ...next, type: 'AccountRenamed' })).toThrow(
      'accounts never wrote AccountRenamed',
    );
    expect(() => desk.rebuilt().recallOwn({ ...next, schemaVersion: 2 })).toThrow('newest known is 1');
  });

  it('stops the fold when an own event does not balance', () => {
    const desk = deskWith({ [alice]: '1' });
    const credited = desk.events.find(({ type }) => type === 'CollateralCredited');
    if (credited === undefined) throw new Error('nothing was credited');
    const postings = [{ ledgerAccount: 'custody', asset: 'USD', amount: '-1' }];
    const forged = {
      ...credited,
      position: desk.machine.size + 1,
      version: credited.version + 1,
      payload: { ...(credited.payload as object), postings },
    };
    expect(() => desk.machine.recallOwn(forged)).toThrow('out of balance by -1 USD');
  });
});
