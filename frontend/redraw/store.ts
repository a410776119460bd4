// Edits that the server does not have yet, kept in this browser's IndexedDB: they outlive a lost connection, a reload and
// a closed browser. Without storage (a private window that forbids it) they live as long as the page.

import type { Edit } from "./editor.ts";

/** Edits made together, with the version of the plan on which they were made. */
export interface Pending {
  /** Grows: the order in which they were made. */
  id: number;
  plan: string;
  user: string;
  /** The page that made it; another page of the same browser leaves it alone while that one lives. */
  page: string;
  edits: Edit[];
  says: string;
  at: string;
  version: number;
}

export interface Store {
  all(plan: string, user: string): Promise<Pending[]>;
  put(pending: Omit<Pending, "id">): Promise<Pending>;
  replace(pending: Pending): Promise<void>;
  remove(id: number): Promise<void>;
}

const NAME = "gridwork-redraw";
const TABLE = "pending";

/** Open the store; one that lives in memory where the browser keeps none. */
export async function openStore(): Promise<Store & { lasting: boolean }> {
  try {
    return new BrowserStore(await opened());
  } catch {
    return new MemoryStore();
  }
}

function opened(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(TABLE, { keyPath: "id", autoIncrement: true });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error("no storage"));
    request.onblocked = () => reject(new Error("storage blocked"));
  });
}

class BrowserStore implements Store {
  readonly lasting = true;

  constructor(private readonly database: IDBDatabase) {}

  async all(plan: string, user: string): Promise<Pending[]> {
    const rows = await this.ask<Pending[]>("readonly", (table) => table.getAll());
    return rows.filter((row) => row.plan === plan && row.user === user);
  }

  async put(pending: Omit<Pending, "id">): Promise<Pending> {
    const id = (await this.ask<IDBValidKey>("readwrite", (table) => table.add(pending))) as number;
    return { ...pending, id };
  }

  async replace(pending: Pending): Promise<void> {
    await this.ask("readwrite", (table) => table.put(pending));
  }

  async remove(id: number): Promise<void> {
    await this.ask("readwrite", (table) => table.delete(id));
  }

  /** Do one thing in a transaction of its own; it is done when it is on disk. */
  private ask<Result>(mode: IDBTransactionMode, act: (table: IDBObjectStore) => IDBRequest): Promise<Result> {
    return new Promise((resolve, reject) => {
      const transaction = this.database.transaction(TABLE, mode);
      const request = act(transaction.objectStore(TABLE));
      transaction.oncomplete = () => resolve(request.result as Result);
      transaction.onerror = () => reject(transaction.error ?? new Error("not stored"));
      transaction.onabort = () => reject(transaction.error ?? new Error("not stored"));
    });
  }
}

export class MemoryStore implements Store {
  readonly lasting = false;
  private rows: Pending[] = [];
  private next = 1;

  async all(plan: string, user: string): Promise<Pending[]> {
    return this.rows.filter((row) => row.plan === plan && row.user === user);
  }

  async put(pending: Omit<Pending, "id">): Promise<Pending> {
    const made = { ...pending, id: this.next };
    this.next += 1;
    this.rows.push(made);
    return made;
  }

  async replace(pending: Pending): Promise<void> {
    this.rows = this.rows.map((row) => (row.id === pending.id ? pending : row));
  }

  async remove(id: number): Promise<void> {
    this.rows = this.rows.filter((row) => row.id !== id);
  }
}
