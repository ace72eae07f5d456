import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';

const bin = fileURLToPath(new URL('../../bin/ballast.mjs', import.meta.url));
const bundled = fileURLToPath(new URL('../../../../libs/conformance/cases', import.meta.url));
const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'ballast-conformance-'));

function ballast(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, ...args], { encoding: 'utf8' });
  return { status, stdout, stderr };
}

const auction = {
  startingMtmPercentage: '1',
  fastCutoffPercentage: '0.8',
  fastLengthSec: '600',
  slowLengthSec: '7200',
  insolventLengthSec: '600',
  liquidatorFeeRate: '0',
  bufferMarginPercentage: '0.1',
  mtmCutoff: '0',
};
const discountCase = (id: string, discountMultiplier: string, kind = 'discount_curve') => ({
  id,
  kind,
  params: { auction: 'default' },
  inputs: { elapsedSec: '960' },
  expected: { discountMultiplier },
  tolerance: { rule: 'exact' },
});
function writeCases(...cases: object[]): void {
  const content = { schema: 'conformance/1', engine: 'Venue', params: { auction: { default: auction } }, cases };
  fs.writeFileSync(path.join(directory, 'venue.json'), JSON.stringify(content));
}

beforeEach(() => fs.rmSync(path.join(directory, 'venue.json'), { force: true }));
afterAll(() => fs.rmSync(directory, { recursive: true }));

describe('ballast conformance', () => {
  it('passes the bundled cases and ends with the count', () => {
    const { status, stdout, stderr } = ballast('conformance', bundled);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const lines = stdout.trimEnd().split('\n');
    expect(lines.at(-1)).toBe('186 passed, 0 failed');
    expect(lines).toContain('Derive v2 Dutch auction liquidation discount_curve 2/2');
  });

  it('ends with 1 and names what differs when a case fails or is of an unknown kind', () => {
    writeCases(discountCase('good', '0.76'), discountCase('bad', '0.77'), discountCase('odd', '1', 'no_such_kind'));
    expect(ballast('conformance', directory)).toEqual({
      status: 1,
      stderr: '',
      stdout:
        'Venue discount_curve 1/2\n' +
        '  bad: discountMultiplier: expected 0.77, is 0.76\n' +
        'Venue no_such_kind 0/1\n' +
        '  odd: unknown kind "no_such_kind"\n' +
        '1 passed, 2 failed\n',
    });
  });

  it('prints the same as JSON', () => {
    writeCases(discountCase('good', '0.76'), discountCase('bad', '0.77'));
    const { status, stdout } = ballast('conformance', directory, '--json');
    expect(status).toBe(1);
    expect(JSON.parse(stdout)).toEqual({
      passed: 1,
      failed: 1,
      kinds: [
        {
          file: 'venue.json',
          engine: 'Venue',
          kind: 'discount_curve',
          passed: 1,
          total: 2,
          failures: [{ id: 'bad', differences: [{ field: 'discountMultiplier', expected: '0.77', actual: '0.76' }] }],
        },
      ],
      unreadable: [],
    });
  });

  it('ends with 2 for a directory that is not there', () => {
    const { status, stdout, stderr } = ballast('conformance', path.join(directory, 'nowhere'));
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain('cannot read the directory');
  });

  it('ends with 1, names what is out of shape and runs everything else', () => {
    writeCases(discountCase('good', '0.76'), { id: 'x', inputs: {}, expected: {} });
    const broken = path.join(directory, 'broken.json');
    fs.writeFileSync(broken, '{');
    const { status, stdout, stderr } = ballast('conformance', directory);
    fs.rmSync(broken);
    expect({ status, stderr }).toEqual({ status: 1, stderr: '' });
    expect(stdout).toMatch(
      /^Venue discount_curve 1\/1\nVenue \(no kind\) 0\/1\n {2}x: cases\[1\]\.kind: missing\nbroken\.json is no JSON: .*\n1 passed, 2 failed\n$/,
    );
  });
});

describe('ballast models', () => {
  it('lists what the README of the models lists, with the date each source was read', () => {
    const readme = fs.readFileSync(
      fileURLToPath(new URL('../../../../libs/domain/venue-rules/README.md', import.meta.url)),
      'utf8',
    );
    const rows = readme.split('\n').filter((line) => line.startsWith('| `'));
    const { stdout } = ballast('models', '--json');
    const models = JSON.parse(stdout) as { id: string; source: { asOf: string } }[];
    expect(rows.map((row) => row.split('`')[1]).sort()).toEqual(models.map(({ id }) => id).sort());
    for (const { id, source } of models) {
      const row = rows.find((line) => line.startsWith(`| \`${id}\``))!;
      const cited = row.split('|').at(-2)!;
      expect(cited).toContain(source.asOf);
      expect(cited.trim().length).toBeGreaterThan(source.asOf.length);
    }
  });

  it('lists every model with version, levels, parameters and source', () => {
    const { status, stdout } = ballast('models');
    expect(status).toBe(0);
    expect(stdout).toContain(
      'vega-ladder@1  Vega: maintenance, search, initial and release level, log-normal expected shortfall\n' +
        '  levels:     release, initial, search, maintenance\n' +
        '  parameters: vega-ladder-2026-11@1\n' +
        '  source:     vegaprotocol/specs 0019-MCAL',
    );
  });

  it('prints the same as JSON, with the parameter document', () => {
    const { status, stdout } = ballast('models', '--json');
    expect(status).toBe(0);
    const models = JSON.parse(stdout) as { id: string }[];
    expect(models.find(({ id }) => id === 'vega-ladder@1')).toMatchObject({
      name: 'vega-ladder',
      version: 1,
      levels: ['release', 'initial', 'search', 'maintenance'],
      defaultParameters: {
        id: 'vega-ladder-2026-11@1',
        document: { scaling: { search: '1.1' } },
        hash: expect.stringMatching(/^[0-9a-f]{64}$/),
      },
      source: { asOf: '2026-11-22' },
    });
  });
});
