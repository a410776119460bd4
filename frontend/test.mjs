// Bundles every *.test.ts (Node 20 cannot run TypeScript) into a folder of its own and runs `node --test` on them.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import * as esbuild from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const rooms = readdirSync(here, { withFileTypes: true }).filter(
  (entry) => entry.isDirectory() && entry.name !== "node_modules",
);
const tests = rooms.flatMap((room) =>
  readdirSync(join(here, room.name), { recursive: true })
    .filter((name) => name.endsWith(".test.ts"))
    .map((name) => join(here, room.name, name)),
);
const built = mkdtempSync(join(tmpdir(), "gridwork-frontend-"));
try {
  await esbuild.build({
    entryPoints: tests,
    outdir: built,
    outbase: here,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    platform: "node",
    format: "esm",
    sourcemap: "inline",
    logLevel: "warning",
  });
  const files = readdirSync(built, { recursive: true })
    .filter((name) => name.endsWith(".test.mjs"))
    .map((name) => join(built, name));
  const { status } = spawnSync(process.execPath, ["--enable-source-maps", "--test", ...files], { stdio: "inherit" });
  process.exitCode = status ?? 1;
} finally {
  rmSync(built, { recursive: true, force: true });
}
