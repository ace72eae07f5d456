import { documentHash } from './house-rules.js';
import { documentKind, evolveRules, noRules, type HouseRules } from './index.js';

interface Limit {
  readonly limit: number;
}

const limits = documentKind<Limit>('limit', (body) => {
  const limit = (body as Partial<Limit> | null)?.limit;
  return typeof limit === 'number' && limit > 0
    ? { figures: { limit } }
    : { defects: ['limit: write a number above 0'] };
});

function rulesWith(body: unknown): HouseRules {
  const rules = noRules();
  const documents = [{ kind: 'limit', id: 'limit@1', hash: documentHash(body), body }];
  evolveRules.DocumentsEstablished(rules, { author: 'ann', approver: 'ben', documents });
  return rules;
}

describe('documents of a kind', () => {
  it('say what the one in force says, read once', () => {
    const rules = rulesWith({ limit: 7 });
    expect(limits.inForce(rules)).toEqual({ limit: 7 });
    expect(limits.inForce(rules)).toBe(limits.inForce(rules));
  });

  it('are checked by the way in which they are read', () => {
    expect(limits.defects('limit@2', { limit: 8 })).toEqual([]);
    expect(limits.defects('limit@2', null)).toEqual(['limit: write a number above 0']);
  });

  it('stop whoever decides by one that cannot be read, or by none', () => {
    expect(() => limits.inForce(rulesWith({ limit: -1 }))).toThrow('limit limit@1 cannot be read: limit: write');
    expect(() => limits.inForce(noRules())).toThrow('no limit is in force');
  });
});
