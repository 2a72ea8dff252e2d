import { expect, test } from "vitest";
import { loudest, loudness, readPeaks } from "./peaks";

function bytes(channels: number, columns: number, samples: number[]): ArrayBuffer {
  const buffer = new ArrayBuffer(12 + samples.length);
  const head = new DataView(buffer);
  head.setUint32(0, channels, true);
  head.setUint32(4, columns, true);
  head.setUint32(8, 31_000, true);
  new Int8Array(buffer, 12).set(samples);
  return buffer;
}

test("each channel of a waveform has its own pairs", () => {
  const peaks = readPeaks(bytes(2, 2, [-10, 10, -127, 64, 0, 0, -5, 100]));
  expect(peaks?.duration_ms).toBe(31_000);
  expect([...(peaks?.channels[0] ?? [])]).toEqual([-10, 10, -127, 64]);
  expect([...(peaks?.channels[1] ?? [])]).toEqual([0, 0, -5, 100]);
});

test("bytes that are cut off or too many are no waveform", () => {
  expect(readPeaks(bytes(2, 2, [1, 2, 3]))).toBeNull();
  expect(readPeaks(new ArrayBuffer(4))).toBeNull();
  expect(readPeaks(bytes(0, 0, []))).toBeNull();
});

test("loudness is how far a stretch goes from silence, in either direction", () => {
  const channel = new Int8Array([-10, 10, -127, 64, 0, 0]);
  expect(loudness(channel, 0, 1)).toBeCloseTo(10 / 127);
  expect(loudness(channel, 1, 2)).toBe(1);
  expect(loudness(channel, 2, 3)).toBe(0);
  expect(loudest([channel])).toBe(1);
});
