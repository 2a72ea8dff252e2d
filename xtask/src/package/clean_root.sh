# Runs inside a fresh Debian; see clean_root.rs. Each step says what it has seen.
set -euo pipefail
export HOME=/tmp/person LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive RINGBACK_LOG=warn
mkdir -p "$HOME"

step() { echo "   ok: $*"; }
fail() { echo "   FAILED: $*" >&2; exit 1; }
quietly() { "$@" >/tmp/said 2>&1 || { cat /tmp/said >&2; fail "$*"; }; }

# Waits up to 60 s for a command to succeed.
until_done() {
    local tries=0
    until "$@" >/dev/null 2>&1; do
        tries=$((tries + 1))
        [ "$tries" -lt 300 ] || fail "waited in vain for: $*"
        sleep 0.2
    done
}

health() {
    exec 3<>"/dev/tcp/127.0.0.1/$PORT"
    printf 'GET /healthz HTTP/1.0\r\n\r\n' >&3
    local answer
    answer=$(cat <&3)
    exec 3>&-
    [[ $answer == *'200 OK'*'{"status":"ok"}'* ]]
}

dpkg -l ringback >/dev/null 2>&1 && fail "it was there before"
quietly apt-get update
quietly apt-get install --yes --no-install-recommends /tmp/ringback.deb
step "installed with nothing but what it depends on: $(dpkg-query -W -f '${Version}' ringback)"

dpkg -L ringback >/tmp/files
for program in /usr/bin/ringback /usr/bin/ringback-desktop; do
    missing=$(ldd "$program" | grep 'not found' || true)
    [ -z "$missing" ] || fail "$program lacks $missing"
done
ldd /usr/bin/ringback | grep -Eq 'libgtk|libwebkit' && fail "ringback links the window's libraries"
step "no library is missing, and ringback links none of the window's"

[[ $(ringback --version) == ringback\ * ]] || fail "ringback --version"
[[ $(ringback-desktop --version) == ringback-desktop\ * ]] || fail "ringback-desktop --version"
step "both tell their version: $(ringback --version)"

doctor=$(ringback doctor --json 2>/dev/null) || [ $? = 1 ] || fail "ringback doctor"
[[ $doctor == *'"subject": "database"'* ]] || fail "ringback doctor --json said: $doctor"
step "ringback doctor --json looks at everything"

ringback serve --listen "127.0.0.1:$PORT" >/tmp/serve 2>&1 &
serving=$!
until_done health
step "ringback serve answers /healthz"
kill -TERM "$serving"
wait "$serving" || { cat /tmp/serve >&2; fail "ringback serve did not end with 0"; }
step "and ends with 0 on SIGTERM"

code=0
ringback-desktop 2>/tmp/said || code=$?
[ "$code" = 3 ] || fail "without a display the window ended with $code"
step "without a display the window says so and ends with 3"

quietly apt-get install --yes --no-install-recommends \
    xvfb x11-utils dbus-daemon desktop-file-utils xdg-utils systemd man-db
grep -q 'x-scheme-handler/ringback=ringback-desktop.desktop' /usr/share/applications/mimeinfo.cache ||
    fail "links of the scheme ringback lead nowhere"
[ "$(XDG_CURRENT_DESKTOP=none xdg-mime query default x-scheme-handler/ringback)" = ringback-desktop.desktop ] ||
    fail "xdg-mime does not know who opens ringback links"
quietly desktop-file-validate /usr/share/applications/ringback-desktop.desktop
step "links of the scheme ringback open the window"
mkdir -p -m 700 /tmp/runtime
XDG_RUNTIME_DIR=/tmp/runtime quietly systemd-analyze --user --man=no verify /usr/lib/systemd/user/ringback.service
step "systemd takes the unit"
man ringback 2>/dev/null | grep -q 'EXIT STATUS' || fail "man ringback"
man ringback-desktop 2>/dev/null | grep -q 'EXIT STATUS' || fail "man ringback-desktop"
step "both have a manual page"

Xvfb :77 -screen 0 1440x900x24 -nolisten tcp >/dev/null 2>&1 &
screen=$!
export DISPLAY=:77 LIBGL_ALWAYS_SOFTWARE=1 GDK_BACKEND=x11
until_done xwininfo -root
dbus-run-session -- ringback-desktop >/tmp/window 2>&1 &
window=$!
# It is shown when its page is there, not before.
seen() { xwininfo -name Ringback | grep -q 'Map State: IsViewable'; }
until_done seen
step "the window opens and shows its page"
kill -TERM "$(pidof ringback-desktop)"
wait "$window" || { cat /tmp/window >&2; fail "the window did not end with 0"; }
step "and ends with 0 on SIGTERM"
kill "$screen"

[ -f "$HOME/.local/share/ringback/journal.db" ] || fail "the person's data is not where it belongs"
quietly apt-get purge --yes ringback
left=$(while read -r path; do [ ! -f "$path" ] || echo "$path"; done </tmp/files)
[ -z "$left" ] || fail "purging left $left"
[ ! -e /usr/share/doc/ringback ] || fail "purging left /usr/share/doc/ringback"
grep -q ringback /usr/share/applications/mimeinfo.cache && fail "the links are still registered"
[ -f "$HOME/.local/share/ringback/journal.db" ] || fail "purging took the person's data"
step "purged: none of its files is left, and the person's data is untouched"
