// What this browser keeps of a vault: its own key, which cannot be read out, and the last signed list it saw.

const DATABASE = "fedart-vault";
const STORE = "vaults";

function inStore(mode, action) {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(DATABASE, 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore(STORE);
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const database = opening.result;
      const transaction = database.transaction(STORE, mode);
      const request = action(transaction.objectStore(STORE));
      transaction.oncomplete = () => {
        database.close();
        resolve(request.result);
      };
      transaction.onabort = () => {
        database.close();
        reject(transaction.error);
      };
    };
  });
}

// {key, recipient, last}, each possibly undefined. Where a browser keeps nothing, a vault still opens by other ways.
export async function recall(owner) {
  return (await inStore("readonly", (store) => store.get(owner)).catch(() => undefined)) ?? {};
}

export async function remember(owner, changes) {
  const known = await recall(owner);
  await inStore("readwrite", (store) => store.put({ ...known, ...changes }, owner)).catch(() => undefined);
}

export async function forget(owner) {
  await inStore("readwrite", (store) => store.delete(owner)).catch(() => undefined);
}
