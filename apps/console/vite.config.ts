import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** Served below /console/ by the process that serves the interface; no file of it comes from anywhere else. */
export default defineConfig({
  base: '/console/',
  plugins: [react()],
  build: {
    target: 'es2022',
    outDir: 'dist',
    emptyOutDir: true,
    manifest: true,
    assetsInlineLimit: 0,
    // Counted by the test of the budget, not by the build.
    reportCompressedSize: false,
    rolldownOptions: { checks: { pluginTimings: false } },
  },
  // For work on the console: `vite` beside a running `serve`.
  server: { proxy: { '^/(?!console)': 'http://127.0.0.1:8787' } },
});
