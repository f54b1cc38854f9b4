import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";

export default defineConfig({
  plugins: [svelte()],
  clearScreen: false,
  server: { port: 1420, strictPort: true },
  // WebKitGTK 2.42, which Debian 12 started with, reads what Safari 16 reads.
  build: { target: "safari16", outDir: "dist", emptyOutDir: true },
  // Without it vitest takes Svelte's server half, which cannot mount a component.
  resolve: process.env.VITEST ? { conditions: ["browser"] } : undefined,
  test: { environment: "jsdom", include: ["src/**/*.test.ts"], setupFiles: ["./vitest.setup.ts"] },
});
