#!/usr/bin/env bash
# Draws the icons of the tray from ../icon.svg: {well,attention,broken}-{22,32,48}.argb, raw pixels as
# a StatusNotifierItem carries them (32 bits each: alpha, red, green, blue).
#
# The state is a badge in the corner: a dot where something needs a look, a bar across it where
# something is broken. The shape says it too, not only the colour. Needs ffmpeg with librsvg. The
# results are committed; run this after changing the icon.
set -euo pipefail
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

hole='<circle cx="24" cy="24" r="10" fill="#fdfcfa"/>'
declare -A badges=(
    [well]=''
    [attention]="$hole<circle cx=\"24\" cy=\"24\" r=\"7.6\" fill=\"#c2730b\"/>"
    [broken]="$hole<circle cx=\"24\" cy=\"24\" r=\"7.6\" fill=\"#b3261e\"/><rect x=\"18.6\" y=\"22.4\" width=\"10.8\" height=\"3.2\" rx=\"1.2\" fill=\"#fdfcfa\"/>"
)
for state in "${!badges[@]}"; do
    sed "s|</svg>|${badges[$state]}</svg>|" ../icon.svg > "$work/$state.svg"
    for size in 22 32 48; do
        ffmpeg -hide_banner -loglevel error -y -i "$work/$state.svg" -vf "scale=$size:$size:flags=lanczos" \
            -frames:v 1 -pix_fmt argb -f rawvideo "$state-$size.argb"
    done
done
