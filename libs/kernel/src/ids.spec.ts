import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { uuidV5 } from './hash.js';
import { isAccountId, ownerOf, partitionOfAccount, partitionOfOwner } from './ids.js';

describe('ids', () => {
  it('routes all accounts of an owner to the partition of the owner [CLR-LOG-002]', () => {
    // SHA-256("alice") = 2bd806c9...; 0x2bd806c9 = 735577801, modulo 8 = 1
    expect(partitionOfOwner('alice', 8)).toBe(1);
    expect(partitionOfAccount('alice.main', 8)).toBe(1);
    expect(partitionOfAccount('alice.hedge', 8)).toBe(1);
  });

  it('knows the owner of an account', () => {
    expect(ownerOf('alice.main')).toBe('alice');
    expect(() => ownerOf('alice')).toThrow('account id without owner');
  });

  it.each(['alice', '.main', 'alice.', 'a b.main', 'alice.main.x', ''])('%p is no account id', (id) => {
    expect(isAccountId(id)).toBe(false);
  });

  it('derives the same version 5 id from the same name [CLR-LOG-011]', () => {
    expect(uuidV5('margin/3/event/accounts/3/7/0')).toBe(uuidV5('margin/3/event/accounts/3/7/0'));
    expect(uuidV5('a')).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(uuidV5('a')).not.toBe(uuidV5('b'));
  });

  it.each(['', 'a', 'Zoë', '€'.repeat(336), '€'.repeat(337), 'x'.repeat(5_000)])(
    'hashes the bytes of the whole name, however long it is (%#)',
    (name) => {
      uuidV5('y'.repeat(900));
      const namespace = Buffer.from('5d1f0c1e6a4b4b0f9c53b6a1d2e47f10', 'hex');
      const sum = createHash('sha1').update(namespace).update(name).digest('hex');
      expect(uuidV5(name).replaceAll('-', '').slice(0, 12)).toBe(sum.slice(0, 12));
      expect(uuidV5(name).slice(-12)).toBe(sum.slice(20, 32));
    },
  );
});
