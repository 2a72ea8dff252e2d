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

/** Which of the two colours a voice has. */
export function paintOf(voice: Voice): "caller" | "agent" {
  return voice === "agent" || voice === "right" ? "agent" : "caller";
}
