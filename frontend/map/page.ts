// The live map.
export {};
