import { type MarginModel, parameterHash } from '@ballast/margin-models';
import { MARGIN_MODELS } from '@ballast/venue-rules';

export function listModels(options: { json?: boolean }): void {
  const models = [...MARGIN_MODELS].sort((a, b) => (a.id < b.id ? -1 : 1));
  const lines = options.json === true ? jsonText(models) : models.map(modelText).join('');
  process.stdout.write(lines);
}

function jsonText(models: readonly MarginModel[]): string {
  const entries = models.map(({ id, title, levels, defaultParameters, source }) => {
    const [name, version] = id.split('@');
    const hash = parameterHash(defaultParameters.document);
    return {
      id,
      name,
      version: Number(version),
      title,
      levels,
      defaultParameters: { ...defaultParameters, hash },
      source,
    };
  });
  return `${JSON.stringify(entries, null, 2)}\n`;
}

function modelText({ id, title, levels, defaultParameters, source }: MarginModel): string {
  return (
    `${id}  ${title}\n` +
    `  levels:     ${levels.join(', ')}\n` +
    `  parameters: ${defaultParameters.id}\n` +
    `  source:     ${source.text} (${source.asOf})\n`
  );
}
