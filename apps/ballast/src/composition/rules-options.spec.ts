import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { UsageError } from '../usage-error.js';
import { genesisOfOptions } from './genesis-of-options.js';
import { withRulesOptions, type RulesOptions } from './rules-options.js';

const bundledFolder = fileURLToPath(new URL('../../../../libs/house-documents/documents', import.meta.url));

const given = (...words: readonly string[]): RulesOptions =>
  withRulesOptions(new Command('serve'))
    .parse([...words], { from: 'user' })
    .opts<RulesOptions>();

describe('the rules that new logs begin with', () => {
  it('are the bundled ones unless a folder is named, with the persons that are named', () => {
    const bundled = genesisOfOptions(given())('margin');
    expect(bundled).toMatchObject({ author: 'genesis', approver: 'genesis' });
    expect(bundled.documents.map(({ kind }) => kind)).toContain('margin-parameters');
    const named = given('--documents', bundledFolder, '--author', 'ann', '--approver', 'ben');
    expect(genesisOfOptions(named)('margin')).toEqual({ ...bundled, author: 'ann', approver: 'ben' });
  });

  it.each([
    [['--documents', '/nowhere'], '--documents: /nowhere'],
    [['--author', 'ann', '--approver', ' Ann'], '--approver  Ann: rules are approved by another person'],
  ])('%s is refused with the remedy', (words, message) => {
    const refused = (): unknown => genesisOfOptions(given(...words));
    expect(refused).toThrow(UsageError);
    expect(refused).toThrow(message);
  });
});
