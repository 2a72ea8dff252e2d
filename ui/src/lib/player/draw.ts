// Draws a waveform: one lane per channel, bars around the lane's middle, what was heard strong.

import { loudest, loudness, type Peaks } from "./peaks";

/** How a lane is coloured: before the needle and after it. */
export interface LanePaint {
  heard: string;
  rest: string;
}

/** What is drawn. Sizes are in CSS pixels. */
export interface Picture {
  width: number;
  height: number;
  ratio: number;
  peaks: Peaks;
  lanes: LanePaint[];
  /** For one lane with everybody's voice: the colour of each bar by who speaks; `null` in a pause. */
  bars?: readonly (string | null)[];
  /** The needle, 0 to 1. */
  share: number;
}

const BAR = 2;
const GAP = 1;
const LANE_GAP = 6;
/** How strong a coloured bar is before it is heard. */
const UNHEARD = 0.42;
/** What counts as silence. */
const FLOOR = 0.035;

/** How many columns to ask for at a width. */
export function columnsFor(width: number): number {
  return Math.max(1, Math.min(8192, Math.floor(width / (BAR + GAP))));
}

/** Draws the picture on a canvas, at the screen's own resolution. */
export function drawWave(canvas: HTMLCanvasElement, { width, height, ratio, peaks, lanes, bars: colours, share }: Picture): void {
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  const pen = canvas.getContext("2d");
  if (pen === null) return;
  pen.scale(ratio, ratio);
  const bars = columnsFor(width);
  const perBar = peaks.columns / bars;
  // Quiet recordings are drawn larger, but silence stays silence.
  const gain = 1 / Math.max(0.25, loudest(peaks.channels));
  const laneHeight = (height - LANE_GAP * (peaks.channels.length - 1)) / peaks.channels.length;
  const needle = share * width;
  peaks.channels.forEach((channel, lane) => {
    const paint = lanes[lane];
    if (paint === undefined) return;
    const middle = lane * (laneHeight + LANE_GAP) + laneHeight / 2;
    for (let bar = 0; bar < bars; bar += 1) {
      const x = bar * (BAR + GAP);
      // Speech is mostly soft: its quiet words are brought up to where the eye sees them, while what
      // is below the floor of a telephone line stays a thread.
      const loud = Math.max(0, loudness(channel, bar * perBar, (bar + 1) * perBar) * gain - FLOOR);
      const tall = Math.max(1.5, Math.min(1, loud ** 0.7) * laneHeight);
      const colour = peaks.channels.length === 1 ? colours?.[bar] : null;
      const heard = x + BAR / 2 <= needle;
      pen.fillStyle = colour ?? (heard ? paint.heard : paint.rest);
      pen.globalAlpha = colour && !heard ? UNHEARD : 1;
      pen.beginPath();
      pen.roundRect(x, middle - tall / 2, BAR, tall, BAR / 2);
      pen.fill();
    }
  });
}
