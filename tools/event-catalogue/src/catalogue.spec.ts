import { allEventSchemas, type EventSchema } from '@ballast/contracts';
import { eventSchemas } from '@ballast/contracts/testing';
import { fieldRows, jsonSchemaOf } from './json-schema.js';
import { currentCatalogue, writtenCatalogue } from './repository.js';

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
