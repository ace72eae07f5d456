// Fits every expiry of every snapshot of Deribit option chains and prints what became of it.
//   node tools/option-surfaces/dist/main.js DIRECTORY_OR_FILE ...
import fs from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Surface } from '@ballast/valuation';
import { snapshotsOf } from './deribit-snapshots.js';
import { HEADER, type SnapshotFigures, fitSnapshot, lineOf, totalsOf } from './surface-report.js';

const CHAIN_FILE = /^deribit_chain_.*\.csv(\.gz)?$/;

function filesIn(place: string): string[] {
  if (!fs.statSync(place).isDirectory()) return [place];
  return fs
    .readdirSync(place)
    .filter((name) => CHAIN_FILE.test(name))
    .sort()
    .map((name) => path.join(place, name));
}

function textOf(file: string): string {
  const bytes = fs.readFileSync(file);
  return (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
}

const files = process.argv.slice(2).flatMap(filesIn);
if (files.length === 0) {
  console.error('option-surfaces: name a file of Deribit chains, or a directory of deribit_chain_*.csv[.gz]');
  process.exit(2);
}

const snapshots = files.flatMap((file) => snapshotsOf(textOf(file))).sort((p, q) => p.chain.asOf - q.chain.asOf);
const previous = new Map<string, Surface>();
const all: SnapshotFigures[] = [];
console.log(HEADER);
for (const snapshot of snapshots) {
  const { surface, figures } = fitSnapshot(snapshot, previous.get(snapshot.chain.underlying));
  previous.set(surface.underlying, surface);
  all.push(figures);
  console.log(lineOf(figures));
  for (const reason of figures.rejected) console.log(`    not published: ${reason}`);
  for (const reason of figures.failed) console.log(`    degraded surface fails: ${reason}`);
}
const { lines, passed } = totalsOf(all);
for (const line of lines) console.log(line);
process.exitCode = passed ? 0 : 1;
