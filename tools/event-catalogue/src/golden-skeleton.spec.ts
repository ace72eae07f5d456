import { allEventSchemas, type EventSchema } from '@ballast/contracts';
import { parseEntry, schemasOf } from '@ballast/contracts/testing';
import { fields, type EventFamily } from '@ballast/facts';
import { event } from '@ballast/facts/testing';
import { catalogue } from './catalogue.js';
import { goldenSkeleton } from './golden-skeleton.js';

describe('the skeleton of a golden event', () => {
  it.each(allEventSchemas.map((schema) => [`${schema.log}/${schema.type}`, schema] as const))(
    'of %s is an entry that readers take',
    (_name, schema) => {
      const { entry, sha256 } = goldenSkeleton(schema);
      expect(parseEntry(schema.log, entry)).toEqual({ ok: true, entry });
      expect(sha256).toMatch(/^[0-9a-f]{64}$/);
    },
  );
});

describe('an event that was only defined', () => {
  const family: EventFamily = {
    log: 'margin',
    partition: 'numbered',
    events: {
      MarginCallForgiven: event({
        description: 'A person with the right to do so ended a margin call that was not met.',
        stream: 'margin-<accountId>',
        payload: {
          callId: fields.identifier(),
          accountId: fields.accountId(),
          reason: fields.reason('Why; the auditor reads it.'),
        },
      }),
    },
  };
  const [forgiven] = schemasOf(family) as [EventSchema];

  it('has a parser with remedies', () => {
    const payload = { callId: 'c-1', accountId: 'carol.main', reason: 'after a\u0000 fault of the feed' };
    const parsed = forgiven.schema.safeParse(payload);
    expect(parsed.error?.issues.map(({ path, message }) => [path, message])).toEqual([
      [['reason'], expect.stringContaining('leave out control characters')],
    ]);
  });

  it('has a golden event with its stream and hash', () => {
    const { entry, sha256 } = goldenSkeleton(forgiven);
    expect(forgiven.schema.safeParse(entry.payload).success).toBe(true);
    expect(entry).toMatchObject({ type: 'MarginCallForgiven', stream: 'margin-carol.main', schemaVersion: 1 });
    expect(sha256).toMatch(/^[0-9a-f]{64}$/);
  });

  it('stands in the catalogue with its topic, its fields and a JSON Schema', async () => {
    const files = await catalogue((schema) => [goldenSkeleton(schema).entry], {}, [...allEventSchemas, forgiven]);
    const page = files.get('README.md') as string;
    const section = page.slice(page.indexOf('### MarginCallForgiven'));
    expect(section).toContain('`clearing.margin.events.v1`');
    expect(section).toContain('`margin-<accountId>`');
    expect(section).toMatch(/`reason` +\| reason +\| Why; the auditor reads it\./);
    const schema = JSON.parse(files.get('margin.MarginCallForgiven.v1.json') as string) as Record<string, unknown>;
    expect(schema['required']).toEqual(['callId', 'accountId', 'reason']);
    expect(schema['examples']).toEqual([goldenSkeleton(forgiven).entry.payload]);
  });
});
