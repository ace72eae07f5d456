import { useEffect, useRef, useState, type RefObject } from 'react';

/** How wide a drawing stands in the page, in CSS pixels: drawn at that width its letters keep their size. */
export function useWidth(usual: number): readonly [ref: RefObject<SVGSVGElement | null>, width: number] {
  const ref = useRef<SVGSVGElement>(null);
  const [width, setWidth] = useState(usual);
  useEffect(() => {
    if (ref.current === null) return;
    const observer = new ResizeObserver(([entry]) => {
      const now = Math.round(entry?.contentRect.width ?? 0);
      if (now > 0) setWidth(now);
    });
    observer.observe(ref.current);
    return () => observer.disconnect();
  }, []);
  return [ref, width];
}
