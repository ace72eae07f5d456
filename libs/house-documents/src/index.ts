export * from './house-documents.js';
