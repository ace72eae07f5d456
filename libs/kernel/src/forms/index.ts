export * from './contract-forms.js';
export * from './decimal-forms.js';
export * from './id-forms.js';
export * from './prose-forms.js';
export * from './text-form.js';
export * from './time-forms.js';
