"""Renders one conversation script to a two-channel WAV and its transcript. Called by make.sh.

Usage: render.py SCRIPT FOLDER, writes FOLDER/call.wav and FOLDER/call.json.
"""

import json
import pathlib
import re
import subprocess
import sys

RATE = 8000
# What a telephone line lets through, and no louder than a voice on one.
LINE = ["rate", str(RATE), "sinc", "200-3400", "norm", "-7"]
SPEED = {"agent": "178", "caller": "185"}


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def read_script(path):
    """Heads (`name: value`) and turns (`speaker pause: text`) of a script."""
    heads, turns = {}, []
    for line in path.read_text(encoding="utf-8").splitlines():
        turn = re.match(r"(agent|caller) (-?\d+): (.+)", line)
        if turn:
            turns.append((turn[1], int(turn[2]), turn[3]))
        elif line.strip():
            key, value = line.split(":", 1)
            heads[key] = value.strip()
    return heads, turns


def speak(voice, speaker, text, path):
    """Says `text` and returns its length in milliseconds, silence at both ends cut off."""
    raw = path.with_suffix(".raw.wav")
    run("espeak-ng", "-v", voice, "-s", SPEED[speaker], "-w", str(raw), text)
    trim = ["silence", "1", "0.005", "0.3%", "reverse", "silence", "1", "0.005", "0.3%", "reverse"]
    run("sox", "-R", str(raw), "-b", "16", str(path), *trim, *LINE)
    return round(float(run("soxi", "-D", str(path))) * 1000)


def spread(text, start, end):
    """Words over a turn, each in proportion to its letters; a comma or full stop takes a breath."""
    words = text.split()
    weights = [len(re.sub(r"\W", "", word)) + 1 + 2 * bool(re.search(r"[,.!?]$", word)) for word in words]
    total, passed, out = sum(weights), 0, []
    for word, weight in zip(words, weights):
        from_ms = start + (end - start) * passed // total
        passed += weight
        out.append({"text": word, "start_ms": from_ms, "end_ms": start + (end - start) * passed // total})
    return out


def main():
    script, folder = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    folder.mkdir(parents=True)
    heads, spoken = read_script(script)

    turns, tracks, clock = [], {"caller": [], "agent": []}, 0
    for number, (speaker, pause, text) in enumerate(spoken):
        path = folder / f"turn{number}.wav"
        length = speak(heads[f"{speaker}-voice"], speaker, text, path)
        start = max(clock + pause, 0)
        clock = start + length
        turns.append({"speaker": speaker, "start_ms": start, "end_ms": clock, "text": text,
                      "words": spread(text, start, clock)})
        placed = folder / f"placed{number}.wav"
        run("sox", "-R", str(path), str(placed), "pad", f"{start / 1000:.3f}")
        tracks[speaker].append(str(placed))

    # Whole seconds: some providers only tell whole ones.
    seconds = (max(turn["end_ms"] for turn in turns) + 700) // 1000 + 1
    lanes = []
    for number, speaker in enumerate(("caller", "agent")):
        lane, hiss = folder / f"{speaker}.wav", folder / f"{speaker}.hiss.wav"
        # sox draws the same noise each time; the second lane takes another stretch of it.
        run("sox", "-R", "-n", "-r", str(RATE), "-b", "16", "-c", "1", str(hiss), "synth", str(seconds * 2),
            "pinknoise", "vol", "0.006", "trim", str(seconds * number), str(seconds))
        mix = [part for path in tracks[speaker] for part in ("-v", "1", path)]
        run("sox", "-R", "-m", "-v", "1", str(hiss), *mix, "-b", "16", str(lane), "trim", "0", str(seconds))
        lanes.append(str(lane))
    run("sox", "-R", "-M", *lanes, "-b", "16", str(folder / "call.wav"))

    document = {
        "name": script.stem,
        "title": heads["title"],
        "language": heads["language"],
        "business": heads["business"],
        "summary": heads["summary"],
        "sentiment": heads["sentiment"],
        "successful": heads["successful"] == "yes",
        "voicemail": heads.get("voicemail") == "yes",
        "duration_ms": seconds * 1000,
        "turns": turns,
    }
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    (folder / "call.json").write_text(text.replace('{"speaker"', '\n{"speaker"') + "\n", encoding="utf-8")


main()
