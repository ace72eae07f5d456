export { DocumentFileError, readHouseDocuments, genesisOf } from './house-documents.js';
