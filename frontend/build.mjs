// Bundles each room's page.ts to ../gis/static/gridwork/build/<room>.js (code that rooms share goes to chunks, named in
// modules.json so that pages ask for them at once, see gis/web/modules.py), and
// copies what pages and the take-away map need from the pinned npm packages to ../gis/static/gridwork/vendor,
// where Django serves it and gis/maps reads it, and the two weights of the paper's font to ../gis/maps/fonts. Source-map comments are stripped: hashed static storage fails on a
// map file that is not there. Both folders are made aside and put in place whole: a build that fails leaves the last.

import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import * as esbuild from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const served = join(here, "..", "gis", "static", "gridwork");
const vendor = join(served, "vendor");
const built = join(served, "build");
const fonts = join(here, "..", "gis", "maps", "fonts");

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
  ol: ["ol.css", "LICENSE.md", "package.json"],
};

const FONTS = {
  "@expo-google-fonts/noto-sans-sc": [
    "400Regular/NotoSansSC_400Regular.ttf",
    "700Bold/NotoSansSC_700Bold.ttf",
    "LICENSE_FONT",
  ],
};

/** Fill a new folder by `make` and put it in the place of `folder`. */
async function replaced(folder, make) {
  const aside = `${folder}.${process.pid}`;
  try {
    await make(aside);
    rmSync(folder, { recursive: true, force: true });
    renameSync(aside, folder);
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
}

function copyVendor(folder) {
  for (const [name, paths] of Object.entries(WANTED)) {
    for (const path of paths) {
      const from = join(here, "node_modules", name, path);
      const to = join(folder, name, path);
      mkdirSync(dirname(to), { recursive: true });
      if (/\.(js|css)$/.test(path)) {
        writeFileSync(to, readFileSync(from, "utf8").replace(/\n?(\/\/|\/\*)# sourceMappingURL=\S+( \*\/)?\s*$/, "\n"));
      } else {
        cpSync(from, to);
      }
    }
  }
}

function copyFonts(folder) {
  mkdirSync(folder, { recursive: true });
  for (const [name, paths] of Object.entries(FONTS)) {
    for (const path of paths) cpSync(join(here, "node_modules", name, path), join(folder, basename(path)));
  }
}

async function bundle(folder) {
  const rooms = readdirSync(here, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(here, entry.name, "page.ts")))
    .map((entry) => entry.name);
  const { metafile } = await esbuild.build({
    entryPoints: rooms.map((room) => ({ in: join(here, room, "page.ts"), out: room })),
    outdir: folder,
    bundle: true,
    splitting: true,
    format: "esm",
    target: "es2022",
    minify: true,
    legalComments: "linked",
    logLevel: "warning",
    metafile: true,
  });
  writeFileSync(join(folder, "modules.json"), JSON.stringify(modulesOf(rooms, metafile.outputs)));
}

/** Return for each room the chunks that its script imports at once, directly or by way of others. */
function modulesOf(rooms, outputs) {
  const byName = Object.fromEntries(Object.entries(outputs).map(([path, output]) => [basename(path), output]));
  const found = (name, seen) => {
    for (const { path, kind } of byName[name].imports) {
      const chunk = basename(path);
      if (kind !== "import-statement" || seen.has(chunk)) continue;
      seen.add(chunk);
      found(chunk, seen);
    }
    return seen;
  };
  return Object.fromEntries(rooms.map((room) => [room, [...found(`${room}.js`, new Set())]]));
}

await replaced(built, bundle);
await replaced(vendor, copyVendor);
await replaced(fonts, copyFonts);
