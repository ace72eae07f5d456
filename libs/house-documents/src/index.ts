export { DocumentFileError, readHouseDocuments, genesisOf, type HouseDocuments } from './house-documents.js';
