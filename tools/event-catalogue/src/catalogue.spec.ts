import { allEventSchemas, type EventSchema } from '@ballast/contracts';
import { eventSchemas } from '@ballast/contracts/testing';
import { fieldRows, jsonSchemaOf, type JsonSchema } from './json-schema.js';
import { currentCatalogue, writtenCatalogue } from './repository.js';

/** Paths of decimals that neither they nor the record, list or map around them say anything about. */
function unsaidFigures(schema: JsonSchema, path: string, around = ''): readonly string[] {
  const said = schema.description ?? '';
  if (schema.title?.startsWith('decimal')) return said + around === '' ? [path] : [];
  const within = path === '' ? '' : said;
  return [
    ...Object.entries(schema.properties ?? {}).flatMap(([name, field]) =>
      unsaidFigures(field, `${path}.${name}`, within),
    ),
    ...[schema.items, schema.additionalProperties].flatMap((inner) =>
      typeof inner === 'object' ? unsaidFigures(inner, `${path}[]`, said) : [],
    ),
    ...[...(schema.anyOf ?? []), ...(schema.oneOf ?? [])].flatMap((choice) => unsaidFigures(choice, path, said)),
  ];
}

describe('docs/events', () => {
  it('says what the schemas say; after a change run: npx nx run @ballast/event-catalogue:write', async () => {
    const current = await currentCatalogue();
    const written = writtenCatalogue();
    expect([...written.keys()].sort()).toEqual([...current.keys()].sort());
    for (const [name, text] of current) expect({ name, text: written.get(name) }).toEqual({ name, text });
  });

  it('says of every event when it is emitted, in a sentence', () => {
    for (const { type, description } of allEventSchemas)
      expect([type, description]).toEqual([type, expect.stringMatching(/^[A-Z`].{20,}\.$/)]);
  });

  it('says of every figure what it is', () => {
    const unsaid = allEventSchemas.flatMap((event) =>
      unsaidFigures(jsonSchemaOf(event, []), '').map((path) => `${event.log}.${event.type}${path}`),
    );
    expect(unsaid).toEqual([]);
  });

  it('leads from the index to the section of the very event, also where several logs have its name', () => {
    const page = writtenCatalogue().get('README.md') ?? '';
    const [, index = ''] = page.split('## Index');
    const used = new Map<string, number>();
    const sections = new Map<string, string>();
    for (const [, heading = '', publisher = ''] of page.matchAll(/^### (\w+)\n[\s\S]*?^\| --.*\n\| ([\w ,]+?) *\|/gm)) {
      const before = used.get(heading) ?? 0;
      used.set(heading, before + 1);
      sections.set(`${heading.toLowerCase()}${before === 0 ? '' : `-${before}`}`, `${heading} of ${publisher}`);
    }
    const rows = [...index.matchAll(/^\| \[(\w+)\]\(#([\w-]+)\) *\| `(?:clearing\.)?(\w+)\.(\w+)/gm)];
    expect(rows).toHaveLength(allEventSchemas.length);
    for (const [, type = '', anchor = '', service = '', kind = ''] of rows) {
      const publisher = kind === 'commands' ? 'an edge, for a caller' : service;
      expect([anchor, sections.get(anchor)]).toEqual([anchor, `${type} of ${publisher}`]);
    }
  });

  it('has one row per field, nested ones by their path', () => {
    const event = eventSchemas.get('margin')?.get('MarginCallIssued') as EventSchema;
    const rows = fieldRows(jsonSchemaOf(event, []));
    expect(rows.map(({ path, type }) => `${path}: ${type}`)).toEqual([
      'callId: id',
      'accountId: account id',
      'issuedAt: instant',
      'dueAt: instant',
      'deficit: decimal > 0',
      'figures: record',
      'figures.equity: decimal',
      'figures.initial: decimal >= 0',
      'figures.call: decimal >= 0',
      'figures.maintenance: decimal >= 0',
      'figures.liquidation: decimal >= 0',
    ]);
  });
});
