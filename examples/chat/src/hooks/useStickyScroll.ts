/**
 * The scroll position of the message list.
 *
 *   reader at the end      -> stays at the end, whatever arrives or changes size
 *   reader further up      -> what is being read does not move: messages arriving below only raise a counter, and
 *                             older ones loaded above push the position down by the height they added
 */
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";

/** How near to the end still counts as being there, in pixels. */
const END_TOLERANCE_PX = 64;

/** The list as it was last laid out. */
interface Layout {
  contentHeight: number;
  viewHeight: number;
  oldestKey: string | undefined;
  newestKey: string | undefined;
}

export interface StickyScroll {
  scrollerRef: React.RefObject<HTMLDivElement | null>;
  contentRef: React.RefObject<HTMLDivElement | null>;
  onScroll: () => void;
  isAtEnd: boolean;
  /** Whether messages arrived below while the reader was further up. */
  hasNewBelow: boolean;
  jumpToEnd: () => void;
}

/** @param oldestKey and newestKey name the first and last message on screen; they tell which end has grown. */
export function useStickyScroll(oldestKey: string | undefined, newestKey: string | undefined): StickyScroll {
  const scrollerRef = useRef<HTMLDivElement>(null);
  const contentRef = useRef<HTMLDivElement>(null);
  const sticksToEnd = useRef(true);
  const layout = useRef<Layout>({ contentHeight: 0, viewHeight: 0, oldestKey, newestKey });
  const [isAtEnd, setAtEnd] = useState(true);
  const [hasNewBelow, setNewBelow] = useState(false);

  const settle = useCallback(() => {
    const scroller = scrollerRef.current;
    if (scroller === null) return;
    if (sticksToEnd.current) scroller.scrollTop = scroller.scrollHeight;
    layout.current.contentHeight = scroller.scrollHeight;
    layout.current.viewHeight = scroller.clientHeight;
  }, []);

  const jumpToEnd = useCallback(() => {
    sticksToEnd.current = true;
    setAtEnd(true);
    setNewBelow(false);
    settle();
  }, [settle]);

  const onScroll = useCallback(() => {
    const scroller = scrollerRef.current;
    if (scroller === null) return;
    const distance = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight;
    const resized = resizedBy(scroller, layout.current);
    sticksToEnd.current = distance <= END_TOLERANCE_PX + (sticksToEnd.current ? resized : 0);
    if (resized > 0) settle();
    setAtEnd(sticksToEnd.current);
    if (sticksToEnd.current) setNewBelow(false);
  }, [settle]);

  useLayoutEffect(() => {
    const scroller = scrollerRef.current;
    if (scroller === null) return;
    const before = { ...layout.current };
    const grownBy = scroller.scrollHeight - before.contentHeight;
    if (!sticksToEnd.current) {
      if (before.oldestKey !== oldestKey) scroller.scrollTop += grownBy;
      if (before.newestKey !== newestKey && grownBy > 0) setNewBelow(true);
    }
    layout.current = { ...before, oldestKey, newestKey };
    settle();
  }, [oldestKey, newestKey, settle]);

  // The composer grows, a phone's keyboard opens, the window changes: the end stays in view.
  useEffect(() => {
    const observer = new ResizeObserver(settle);
    if (scrollerRef.current !== null) observer.observe(scrollerRef.current);
    if (contentRef.current !== null) observer.observe(contentRef.current);
    return () => observer.disconnect();
  }, [settle]);

  return { scrollerRef, contentRef, onScroll, isAtEnd, hasNewBelow, jumpToEnd };
}

/**
 * How far a change of size may have carried the end away, in pixels. Browsers move the position themselves when the
 * list shrinks, and tell of it before the observer does; without this a reader at the end would seem to have left it.
 */
function resizedBy(scroller: HTMLElement, before: Layout): number {
  return Math.abs(scroller.scrollHeight - before.contentHeight) + Math.abs(scroller.clientHeight - before.viewHeight);
}
