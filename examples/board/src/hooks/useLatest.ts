/** The newest value, for callbacks that outlive the render they were made in. */
import { useLayoutEffect, useRef } from "react";
import type { RefObject } from "react";

export function useLatest<Value>(value: Value): RefObject<Value> {
  const latest = useRef(value);
  useLayoutEffect(() => {
    latest.current = value;
  });
  return latest;
}
