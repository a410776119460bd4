// What the tests use of Node: the whole of @types/node would let browser code use it unnoticed.

declare module "node:test" {
  export function test(name: string, run: () => void | Promise<void>): void;
}

declare module "node:assert/strict" {
  interface Assert {
    ok(value: unknown, message?: string): asserts value;
    equal(found: unknown, wanted: unknown, message?: string): void;
    deepEqual(found: unknown, wanted: unknown, message?: string): void;
    match(found: string, wanted: RegExp, message?: string): void;
    rejects(run: Promise<unknown>, wanted?: unknown): Promise<void>;
    throws(run: () => unknown, wanted?: unknown): void;
  }
  const assert: Assert;
  export default assert;
}
