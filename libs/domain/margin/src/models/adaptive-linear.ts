/**
 * How an account of linear perpetuals is assessed (`assess`): AVSL rates against haircut collateral. A change that moves any figure
 * is a new version. Every other model stands in the registry of @ballast/margin-models.
 */
export const ADAPTIVE_LINEAR = 'adaptive-linear@1';
