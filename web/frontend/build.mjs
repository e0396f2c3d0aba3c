// Bundles every file directly in src/ into the folder named on the command line. Their parts stand in folders of src/.
import { readdirSync } from 'node:fs';
import { build } from 'esbuild';

const [, , outdir] = process.argv;
if (!outdir) throw new Error('usage: node build.mjs FOLDER');

const entryPoints = readdirSync('src', { withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith('.js'))
  .map((entry) => `src/${entry.name}`);

await build({
  entryPoints,
  outdir,
  bundle: true,
  splitting: true,
  minify: true,
  format: 'esm',
  target: 'es2022',
  logLevel: 'warning',
  legalComments: 'linked',
  loader: { '.woff': 'file', '.woff2': 'file', '.ttf': 'file', '.eot': 'file', '.svg': 'file' },
  assetNames: 'assets/[name]-[hash]',
  chunkNames: 'chunks/[name]-[hash]',
});
