import { versionText } from './version.js';

describe('ballast --version', () => {
  it('is the version of the package', () => {
    expect(versionText()).toMatch(/^\d+\.\d+\.\d+/);
  });

  it('names the commit when the package was published from one', () => {
    expect(versionText({ version: '1.2.3', gitHead: '4ae4b98' })).toBe('1.2.3 (commit 4ae4b98)');
  });
});
