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
});
