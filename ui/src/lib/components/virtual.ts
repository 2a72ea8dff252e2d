// The arithmetic of a list of any length with rows of one height. Pure.
//
// Browsers clamp an element's height (WebKit and Chromium at 33,554,428 px), and long before that
// letters lose their sharpness, because places are painted in single precision (at 12,000,000 px it
// is a whole pixel; seen in WebKitGTK 2.50). So beyond a safe height the scrollbar is scaled: its travel stands for the whole list, and the rows are placed
// relative to where the scrollbar is. The list's own position is called `top`: it is in pixels of
// the unscaled list, and a wheel or a key moves it by exactly what it says.

/** The tallest element that is asked for. */
export const SAFE_HEIGHT = 2_000_000;

/** Sizes of a list at one moment. */
export interface Extent {
  rows: number;
  rowHeight: number;
  viewport: number;
}

/** The height of the unscaled list. */
export function fullHeight({ rows, rowHeight }: Extent): number {
  return rows * rowHeight;
}

/** The height of the element that is scrolled. */
export function elementHeight(extent: Extent): number {
  return Math.min(fullHeight(extent), SAFE_HEIGHT);
}

/** Whether the scrollbar is scaled. */
export function isScaled(extent: Extent): boolean {
  return fullHeight(extent) > SAFE_HEIGHT;
}

/** The lowest position of the list. */
export function lastTop(extent: Extent): number {
  return Math.max(0, fullHeight(extent) - extent.viewport);
}

/** The list's position for a position of the scrollbar. */
export function topOfScroll(extent: Extent, scroll: number): number {
  return clamp(scroll * ratio(extent), lastTop(extent));
}

/** The scrollbar's position for a position of the list. */
export function scrollOfTop(extent: Extent, top: number): number {
  return clamp(top, lastTop(extent)) / ratio(extent);
}

/** The rows to draw: those in sight and some around them. The last one is included. */
export function rowsInSight(extent: Extent, top: number, around: number): [number, number] {
  if (extent.rows === 0) return [0, -1];
  const first = Math.floor(top / extent.rowHeight) - around;
  const last = Math.ceil((top + extent.viewport) / extent.rowHeight) - 1 + around;
  return [Math.max(0, first), Math.min(extent.rows - 1, last)];
}

/** Where a row is drawn within the scrolled element. */
export function rowPlace(extent: Extent, row: number, top: number, scroll: number): number {
  return row * extent.rowHeight - top + scroll;
}

/** The position that brings a row into sight with the least movement. */
export function topForRow(extent: Extent, row: number, top: number): number {
  const start = row * extent.rowHeight;
  const end = start + extent.rowHeight;
  if (start < top) return start;
  if (end > top + extent.viewport) return clamp(end - extent.viewport, lastTop(extent));
  return top;
}

/** A position of the list made valid. */
export function clampTop(extent: Extent, top: number): number {
  return clamp(top, lastTop(extent));
}

/** How far the list moves for one pixel of the scrollbar. */
function ratio(extent: Extent): number {
  if (!isScaled(extent)) return 1;
  return lastTop(extent) / (SAFE_HEIGHT - extent.viewport);
}

function clamp(value: number, most: number): number {
  return Math.max(0, Math.min(value, most));
}
