import type { HouseDocument } from '@ballast/event-sourcing';
import type { HouseDocuments } from '@ballast/house-documents';
import { canonicalText, compareText, sha256 } from '@ballast/kernel';
import { MARGIN_MODELS } from '@ballast/venue-rules';

/** A set of rules that a whole house runs by, and how it is asked for. */
export interface Rule {
  readonly name: string;
  /** Model of every account; null: the house's own. */
  readonly model: string | null;
  /** Figures that differ from the bundled documents, by name: of the margin parameters, of each underlying, of the close-out policy, whose method is one. */
  readonly figures: ReadonlyMap<string, string>;
  /** What liquidity providers have agreed to; null: nobody has. */
  readonly providers: HouseDocument | null;
}

/** Figures that a document may leave out, by its kind: a rule may set them all the same. */
const LEFT_OUT: Readonly<Record<string, readonly string[]>> = { 'liquidation-policy': ['method', 'orderShare'] };

/** A rule that cannot be run; says what to write instead. */
export class RuleError extends Error {
  override readonly name = 'RuleError';
}

/** Of what is held, what an order closes of a rule that says `by-share` and no more: the first fifth of Hyperliquid. */
const USUAL_ORDER_SHARE = '0.2';

const OWN = 'adaptive';
const FLAT = 'flat';
const FORMS =
  '"adaptive", "flat:0.03", a model of `ballast models` such as "binance-tiered@1", each with figures such as ":callMultiple=1.5"';

/**
 * Reads `adaptive`, `flat:<rate>` or `<model>@<version>`, each with `:<figure>=<value>` behind it; `:method=by-share` alone closes by fifths.
 * @throws RuleError
 */
export function parseRule(name: string): Rule {
  const [head = '', ...rest] = name.split(':');
  const figures = new Map<string, string>();
  if (head === FLAT) {
    const rate = rest.shift();
    if (rate === undefined || !/^0\.\d{1,6}$/.test(rate)) {
      throw new RuleError(`${name}: a flat rate is a fraction of the notional such as flat:0.03`);
    }
    figures.set('rateMin', rate).set('rateMax', rate);
  } else if (head !== OWN && !MARGIN_MODELS.some(({ id }) => id === head)) {
    throw new RuleError(`${name} is no rule; write ${FORMS}`);
  }
  for (const assignment of rest) {
    const [figure = '', value, ...more] = assignment.split('=');
    if (value === undefined || value === '' || more.length > 0) {
      throw new RuleError(`${name}: ${assignment} is no figure; write <figure>=<value>, such as callMultiple=1.5`);
    }
    figures.set(figure, value);
  }
  if (figures.get('method') === 'by-share' && !figures.has('orderShare')) figures.set('orderShare', USUAL_ORDER_SHARE);
  return { name, model: head === OWN || head === FLAT ? null : head, figures, providers: null };
}

/** A rule beside liquidity providers, under a name that says so. @param providers a document of kind `liquidity-providers` */
export const withProviders = (rule: Rule, providers: HouseDocument): Rule => ({
  ...rule,
  name: `${rule.name}+providers`,
  providers,
});

type Body = Record<string, unknown>;

/** The bundled documents with the figures of a rule in them, its model offered to everybody without a floor, and its providers. @throws RuleError */
export function documentsOf(rule: Rule, bundled: HouseDocuments): HouseDocuments {
  const missing = new Set(rule.figures.keys());
  const withFigures = (document: HouseDocument): HouseDocument => {
    if (document.kind !== 'margin-parameters' && document.kind !== 'liquidation-policy') return document;
    const leftOut = LEFT_OUT[document.kind] ?? [];
    return changed(document, (body) => setFigures(body, leftOut, rule, missing));
  };
  const made: HouseDocuments = {
    ...bundled,
    margin: inOrder([...bundled.margin.map(withFigures), ...modelDocuments(rule)]),
    liquidation: inOrder([
      ...bundled.liquidation.map(withFigures),
      ...(rule.providers === null ? [] : [rule.providers]),
    ]),
  };
  if (missing.size > 0) {
    throw new RuleError(
      `${rule.name}: neither the margin parameters nor the close-out policy have a figure ${[...missing].join(', ')}`,
    );
  }
  return rule.model === null ? made : offering(rule.model, made);
}

const inOrder = (documents: readonly HouseDocument[]): readonly HouseDocument[] =>
  [...documents].sort((a, b) => compareText(a.id, b.id));

/** The same document with another body: its hash is of the content. */
function changed(document: HouseDocument, change: (body: Body) => Body): HouseDocument {
  const body = change(structuredClone(document.body) as Body);
  return { ...document, body, hash: sha256(canonicalText(body)).toString('hex') };
}

/** @param leftOut figures that the body may not have yet */
function setFigures(body: Body, leftOut: readonly string[], { figures }: Rule, missing: Set<string>): Body {
  const underlyings = Object.values((body['underlyings'] ?? {}) as Record<string, Body>);
  for (const [name, value] of figures) {
    for (const place of [body, ...underlyings]) {
      if (!(name in place) && !(place === body && leftOut.includes(name))) continue;
      place[name] = typeof place[name] === 'number' ? Number(value) : value;
      missing.delete(name);
    }
  }
  return body;
}

const parametersIdOf = (model: string): string => `compared-${model}`;

function modelDocuments({ model }: Rule): HouseDocument[] {
  const found = MARGIN_MODELS.find(({ id }) => id === model);
  if (found === undefined) return [];
  const body = { model: found.id, document: found.defaultParameters.document };
  const hash = sha256(canonicalText(body)).toString('hex');
  return [{ kind: 'model', id: parametersIdOf(found.id), hash, body }];
}

/** Everybody may have the model, and it may ask less than the house's own. */
function offering(model: string, documents: HouseDocuments): HouseDocuments {
  const entry = { model, parameters: parametersIdOf(model), entitlement: 'everyone', floorShare: '0' };
  const choice = { model, reason: 'Compared with the model of the house.' };
  return {
    ...documents,
    margin: documents.margin.map((one) =>
      one.kind === 'model-list' ? changed(one, () => ({ models: [entry] })) : one,
    ),
    accounts: documents.accounts.map((one) =>
      one.kind === 'selectable-models' ? changed(one, () => ({ models: [choice] })) : one,
    ),
  };
}
