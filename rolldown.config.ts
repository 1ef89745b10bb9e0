import { defineConfig } from 'rolldown'

/**
 * The command line in a few files, which node loads in half the time of the five hundred that it imports. As deep
 * below `dist` as its source is, since it finds package.json and the worker from where it lies.
 */
export default defineConfig({
  input: 'dist/src/cli/main.js',
  platform: 'node',
  external: ['ssh2'], // has a native part
  output: { dir: 'dist/bundle/cli', cleanDir: true },
})
