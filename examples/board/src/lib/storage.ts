/**
 * Text kept in the browser between visits. Storage may be refused (private windows, full quotas); the app then works
 * for the visit and forgets, which is all that is lost.
 */

export function readStored(storage: () => Storage, key: string): string | null {
  try {
    return storage().getItem(key);
  } catch (error) {
    console.warn(`Could not read "${key}" from the browser's storage.`, error);
    return null;
  }
}

export function writeStored(storage: () => Storage, key: string, value: string): void {
  try {
    storage().setItem(key, value);
  } catch (error) {
    console.warn(`Could not keep "${key}" in the browser's storage.`, error);
  }
}

export function removeStored(storage: () => Storage, key: string): void {
  try {
    storage().removeItem(key);
  } catch (error) {
    console.warn(`Could not remove "${key}" from the browser's storage.`, error);
  }
}

/** For this tab, across reloads. */
export const tabStorage = (): Storage => window.sessionStorage;

/** For this browser, across visits. */
export const browserStorage = (): Storage => window.localStorage;
