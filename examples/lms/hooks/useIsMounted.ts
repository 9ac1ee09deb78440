"use client";
/** False in the HTML that the server renders and in the browser's first look at it, true afterwards. */
import { useSyncExternalStore } from "react";

const never = () => () => {};

export const useIsMounted = (): boolean => useSyncExternalStore(never, () => true, () => false);
