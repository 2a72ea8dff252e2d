// Who is on which lane of a waveform. Pure.

/** Whose voice a lane is. */
export type Voice = "caller" | "agent" | "left" | "right" | "both";

/** The voices of the lanes, by what is known of the channels. */
export function voicesOf(channels: number, channelOf: Record<string, number>): Voice[] {
  if (channels <= 1) return ["both"];
  return Array.from({ length: channels }, (_, channel) => {
    if (channelOf.caller === channel) return "caller";
    if (channelOf.agent === channel) return "agent";
    return channel === 0 ? "left" : "right";
  });
}

/**
 * Why the caller cannot be heard alone: everybody is on one channel, it is a meeting with many
 * people on it, or nobody knows which channel is the caller's. `null` if nothing is in the way.
 */
export function callerHindrance(direction: string, channels: number | null, channelOf: Record<string, number>): "meeting" | "mono" | "unknown" | null {
  if (direction === "meeting") return "meeting";
  if (channels !== null && channels < 2) return "mono";
  return channelOf.caller === undefined ? "unknown" : null;
}

/** Which of the two colours a voice has. */
export function paintOf(voice: Voice): "caller" | "agent" {
  return voice === "agent" || voice === "right" ? "agent" : "caller";
}
