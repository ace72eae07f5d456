import { readHouseDocuments } from '@ballast/house-documents';
import { SURFACE_RULES } from './surface-rules.js';

const { body } = readHouseDocuments().pricing.find(({ kind }) => kind === 'surface-rules') as { body: object };

/** Paths of all figures of a body. */
function figuresOf(value: unknown, path: readonly string[] = []): readonly (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [path];
  return Object.entries(value).flatMap(([name, field]) => figuresOf(field, [...path, name]));
}

function withFigure(path: readonly string[], figure: unknown): unknown {
  const copy = structuredClone(body) as Record<string, unknown>;
  let fields = copy;
  for (const name of path.slice(0, -1)) fields = fields[name] as Record<string, unknown>;
  fields[path.at(-1) as string] = figure;
  return copy;
}

const paths = figuresOf(body);
const defectsOf = (changed: unknown): readonly string[] => SURFACE_RULES.defects('surface-rules@2', changed);

describe('the surface rules [CLR-PRC-070]', () => {
  it('of the bundled setting are sound', () => {
    expect(defectsOf(body)).toEqual([]);
    expect(paths.length).toBeGreaterThan(30);
  });

  it.each(paths.map((path) => [path.join('.'), path] as const))('refuse a %s that is no figure', (name, path) => {
    for (const none of ['NaN', 'Infinity', '-1', '1e-3', null, undefined, Number.NaN, 0.5, {}]) {
      const [defect, ...more] = defectsOf(withFigure(path, none));
      expect(defect).toContain(`${name}: write a`);
      expect(more).toEqual([]);
    }
  });

  it('refuse resistances that cut before they bend', () => {
    expect(defectsOf(withFigure(['fit', 'close', 'huber'], '5'))).toEqual([
      'fit.close.huber: write no more than fit.close.cut',
    ]);
  });
});
