// The parts of proj4 that are bundled: its core and the one projection of every frame here (Gauss-Krüger and UTM are
// both transverse Mercator). All 33 projections would be a third of the page's code.

declare module "proj4/lib/core.js" {
  interface Converter {
    forward(place: number[]): number[];
  }
  export default function proj4(from: string, to: string): Converter;
}

declare module "proj4/lib/Proj.js" {
  const Proj: { projections: { add(projection: unknown): void; start(): void } };
  export default Proj;
}

declare module "proj4/lib/projections/etmerc.js" {
  const etmerc: unknown;
  export default etmerc;
}
