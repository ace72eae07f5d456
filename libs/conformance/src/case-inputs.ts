import { dec, type Decimal } from '@ballast/kernel';
import { figureOf } from './figure.js';

/** Reads the inputs of a case by name; what is missing or of another kind is an error naming it. */
export interface CaseInputs {
  has(name: string): boolean;
  figure(name: string, otherwise?: string): Decimal;
  figures(name: string): readonly Decimal[];
  flag(name: string): boolean;
  tag(name: string): string;
  object(name: string): CaseInputs;
  list(name: string): readonly CaseInputs[];
}

/** @param place what the fields stand in, for messages: `inputs` */
export function caseInputs(value: unknown, place = 'inputs'): CaseInputs {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error(`${place}: is no object`);
  const fields = value as Readonly<Record<string, unknown>>;
  const at = (name: string): string => `${place}.${name}`;
  const has = (name: string): boolean => fields[name] !== undefined && fields[name] !== null;
  const listOf = (name: string): readonly unknown[] => {
    const list = fields[name];
    if (!Array.isArray(list)) throw new Error(`${at(name)}: is no list`);
    return list;
  };
  return {
    has,
    figure: (name, otherwise) => {
      if (!has(name) && otherwise !== undefined) return dec(otherwise);
      return requireFigure(fields[name], at(name));
    },
    figures: (name) => listOf(name).map((item, i) => requireFigure(item, `${at(name)}[${i}]`)),
    flag: (name) => {
      const flag = fields[name];
      if (typeof flag !== 'boolean') throw new Error(`${at(name)}: is neither true nor false`);
      return flag;
    },
    tag: (name) => {
      const tag = fields[name];
      if (typeof tag !== 'string') throw new Error(`${at(name)}: is no text`);
      return tag;
    },
    object: (name) => caseInputs(fields[name], at(name)),
    list: (name) => listOf(name).map((item, i) => caseInputs(item, `${at(name)}[${i}]`)),
  };
}

function requireFigure(value: unknown, place: string): Decimal {
  const figure = figureOf(value);
  if (figure === undefined) throw new Error(`${place}: is no figure`);
  return figure;
}
