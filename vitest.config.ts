// Unit tests in Node. Browser tests belong to Playwright, native ones to CTest.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['tests/unit/**/*.test.ts'],
    environment: 'node',
    testTimeout: 20_000,
    passWithNoTests: false,
  },
});
