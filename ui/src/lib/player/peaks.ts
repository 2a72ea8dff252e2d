// The bytes of a waveform: little-endian u32 channels, u32 columns, u32 duration in ms, then for
// each channel `columns` pairs of i8, lowest and highest.

/** A waveform, read. */
export interface Peaks {
  columns: number;
  duration_ms: number;
  /** Per channel, `columns` pairs of lowest and highest. */
  channels: Int8Array[];
}

const HEAD = 12;

/** Reads the bytes; `null` if they are not a waveform. */
export function readPeaks(bytes: ArrayBuffer): Peaks | null {
  if (bytes.byteLength < HEAD) return null;
  const head = new DataView(bytes);
  const channels = head.getUint32(0, true);
  const columns = head.getUint32(4, true);
  if (channels === 0 || columns === 0 || bytes.byteLength !== HEAD + channels * columns * 2) return null;
  return {
    columns,
    duration_ms: head.getUint32(8, true),
    channels: Array.from({ length: channels }, (_, channel) => new Int8Array(bytes, HEAD + channel * columns * 2, columns * 2)),
  };
}

/** How loud a stretch of columns is, 0 to 1: the furthest any of its samples goes from silence. */
export function loudness(channel: Int8Array, from: number, to: number): number {
  let most = 0;
  for (let at = Math.floor(from) * 2; at < Math.min(Math.ceil(to) * 2, channel.length); at += 1) {
    most = Math.max(most, Math.abs(channel[at] ?? 0));
  }
  return Math.min(1, most / 127);
}

/** The loudest place of a channel, so that quiet recordings can be drawn larger. */
export function loudest(channels: readonly Int8Array[]): number {
  return Math.max(0, ...channels.map((channel) => loudness(channel, 0, channel.length / 2)));
}
