import { readBody, type DocumentForm } from '@ballast/documents';
import { ModelInputError } from '@ballast/kernel';

/**
 * Reads a document of a model's parameters.
 * @throws ModelInputError `parameters-unsound` at the first field, with field and remedy of every one
 */
export function readParameterDocument<Value>(document: unknown, form: DocumentForm<Value>): Value {
  const reading = readBody(document, form);
  if ('figures' in reading) return reading.figures;
  const [first = ''] = reading.defects;
  throw new ModelInputError('parameters-unsound', first.slice(0, first.indexOf(': ')), reading.defects.join('; '));
}
