// Bundles each room's page.ts to ../gis/static/gridwork/build/<room>.js (code that rooms share goes to chunks), and
// copies what pages and the take-away map need from the pinned npm packages to ../gis/static/gridwork/vendor,
// where Django serves it and gis/maps reads it. Source-map comments are stripped: hashed static storage fails on a
// map file that is not there.

import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import * as esbuild from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const vendor = join(here, "..", "gis", "static", "gridwork", "vendor");
const built = join(here, "..", "gis", "static", "gridwork", "build");

const WANTED = {
  leaflet: [
    "dist/leaflet.js",
    "dist/leaflet.css",
    "dist/images/layers.png",
    "dist/images/layers-2x.png",
    "dist/images/marker-icon.png",
    "dist/images/marker-icon-2x.png",
    "dist/images/marker-shadow.png",
    "LICENSE",
    "package.json",
  ],
  "@picocss/pico": ["css/pico.min.css", "LICENSE.md", "package.json"],
};

rmSync(vendor, { recursive: true, force: true });
for (const [name, paths] of Object.entries(WANTED)) {
  for (const path of paths) {
    const from = join(here, "node_modules", name, path);
    const to = join(vendor, name, path);
    mkdirSync(dirname(to), { recursive: true });
    if (/\.(js|css)$/.test(path)) {
      writeFileSync(to, readFileSync(from, "utf8").replace(/\n?(\/\/|\/\*)# sourceMappingURL=\S+( \*\/)?\s*$/, "\n"));
    } else {
      cpSync(from, to);
    }
  }
}

const rooms = readdirSync(here, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && existsSync(join(here, entry.name, "page.ts")))
  .map((entry) => entry.name);
rmSync(built, { recursive: true, force: true });
await esbuild.build({
  entryPoints: rooms.map((room) => ({ in: join(here, room, "page.ts"), out: room })),
  outdir: built,
  bundle: true,
  splitting: true,
  format: "esm",
  target: "es2022",
  minify: true,
  legalComments: "linked",
  logLevel: "warning",
});
