// Compiles assembly/ to WebAssembly and writes it as text into src/kernel/kernel-bytes.ts, so that tests and `node dist` need no
// compiler. `--check` writes nothing and fails if the text is not what the sources give.
//   node libs/domain/margin-sweep/compile-kernel.mjs [--check]
import { Buffer } from 'node:buffer';
import fs from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';
import binaryen from 'assemblyscript/binaryen';
import { addSweep } from './assembly/sweep.mjs';

const home = path.dirname(fileURLToPath(import.meta.url));
const target = path.join(home, 'src/kernel/kernel-bytes.ts');
const flags = [
  ...['-O3', '--noAssert', '--runtime', 'stub'],
  ...['--enable', 'simd', '--enable', 'threads'],
  ...['--importMemory', '--sharedMemory', '--initialMemory', '1', '--maximumMemory', '65536', '--noExportMemory'],
];
const LINE = 112;

const outputs = new Map();
const { error, stderr } = await asc.main(['index.ts', '--baseDir', '.', '--outFile', 'kernel.wasm', ...flags], {
  readFile: (name) => fs.readFile(path.join(home, 'assembly', name), 'utf8').catch(() => null),
  writeFile: (name, contents) => void outputs.set(name, contents),
  listFiles: () => [],
});
if (error) {
  console.error(stderr.toString());
  throw error;
}
const kernel = binaryen.readBinary(outputs.get('kernel.wasm'));
kernel.setFeatures(binaryen.Features.Atomics | binaryen.Features.BulkMemory | binaryen.Features.SIMD128);
addSweep(kernel);
if (!kernel.validate()) throw new Error('the sweep is no valid module');
const binary = kernel.emitBinary();
const base64 = Buffer.from(binary).toString('base64');
const lines = base64.match(new RegExp(`.{1,${LINE}}`, 'g')).map((line) => `  '${line}',`);
const text = [
  '/** WebAssembly module in base64. Written by compile-kernel.mjs from assembly/; do not edit. */',
  'export const KERNEL_BASE64 = [',
  ...lines,
  "].join('');",
  '',
].join('\n');

if (process.argv.includes('--check')) {
  if ((await fs.readFile(target, 'utf8').catch(() => '')) !== text) {
    console.error(
      'kernel-bytes.ts is not what assembly/ compiles to: run node libs/domain/margin-sweep/compile-kernel.mjs',
    );
    process.exitCode = 1;
  }
} else {
  await fs.mkdir(path.dirname(target), { recursive: true });
  await fs.writeFile(target, text);
  console.log(`${path.relative(process.cwd(), target)}: ${binary.length} bytes`);
}
