#!/usr/bin/env bash
# Renders the demo conversations: scripts/*.txt -> <name>.mp3, <name>.mono.mp3, <name>.json.
#
# Two synthetic voices on a telephone line: the caller on the left, the agent on the right, 8 kHz, a little hiss on
# both. A script's number is the pause in milliseconds after the turn before; a negative one lets the turns overlap.
# Needs espeak-ng, sox, ffmpeg (libmp3lame) and python3. The results are committed; run this after changing a script.
set -euo pipefail
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

for script in scripts/*.txt; do
    name=$(basename "$script" .txt)
    python3 render.py "$script" "$work/$name"
    # No joint stereo: one party must not be heard on the other's channel. No Xing or ID3 header: every frame is
    # sound and has the same size, so a long call can be made by repeating the file.
    encode=(-hide_banner -loglevel error -y -i "$work/$name/call.wav" -codec:a libmp3lame -compression_level 0
        -write_xing 0 -id3v2_version 0 -map_metadata -1 -fflags +bitexact -flags:a +bitexact)
    ffmpeg "${encode[@]}" -joint_stereo 0 -b:a 32k "$name.mp3"
    ffmpeg "${encode[@]}" -af 'pan=mono|c0=0.5*c0+0.5*c1' -b:a 16k "$name.mono.mp3"
    cp "$work/$name/call.json" "$name.json"
    echo "$name: $(soxi -D "$work/$name/call.wav") s"
done
