#!/usr/bin/env bash
# Make a Docker engine answer.
#
#   tests/docker/engine.sh start   use the engine that answers, else install one (root on Debian) and start it
#   tests/docker/engine.sh stop    stop the engine that `start` started; any other is left alone
#
# Exit 0: `docker info` answers (start) or our engine is down (stop). Exit 1: impossible; one line says why.
set -euo pipefail

WAIT_S=60 # the first start lays out the data root: 3 s on an idle machine

home=${NEWSWIRE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/newswire}/docker
pid_file=$home/dockerd.pid
log=$home/dockerd.log

say() { echo "engine: $1" >&2; }
fail() { say "$1"; exit 1; }
answers() { command -v docker >/dev/null && timeout 10 docker info >/dev/null 2>&1; }

ours() { # prints the process id of the engine that `start` left running
    local pid
    pid=$(cat "$pid_file" 2>/dev/null) && [[ $(cat "/proc/$pid/comm" 2>/dev/null) == dockerd ]] && echo "$pid"
}

install() {
    [[ $EUID -eq 0 ]] || fail "no Docker engine answers, and only root can install one: start Docker, or join the group docker"
    command -v apt-get >/dev/null || fail "no Docker engine answers, and this is not Debian: install Docker"
    say "installing docker.io and docker-compose with apt"
    export DEBIAN_FRONTEND=noninteractive
    local packages=(docker.io docker-compose tini iptables ca-certificates) # tini: for `init: true`
    apt-get update -q >"$log" 2>&1 || fail "apt cannot reach its archives ($(tail -n 1 "$log"))"
    # Debian 13 has the client in a package of its own; before, docker.io holds it.
    if apt-cache show docker-cli >/dev/null 2>&1; then packages+=(docker-cli); fi
    apt-get install -q -y --no-install-recommends "${packages[@]}" >"$log" 2>&1 ||
        fail "apt cannot install docker.io ($(tail -n 1 "$log")); see $log"
}

start() {
    if answers; then say "answers: $(docker version --format '{{.Server.Version}}')"; return; fi
    mkdir -p "$home"
    command -v dockerd >/dev/null && command -v docker >/dev/null || install
    if answers; then say "started by its package"; return; fi # where systemd runs, installing is starting
    [[ $EUID -eq 0 ]] || fail "no Docker engine answers, and only root can start one: start Docker, or join the group docker"

    # A data root of our own: what is built here neither needs nor touches the machine's /var/lib/docker,
    # and it stays for the next start. setsid: an interrupt meant for the caller is not meant for the engine.
    setsid dockerd --data-root "$home/data" --exec-root "$home/run" --pidfile "$pid_file" >"$log" 2>&1 </dev/null &
    local began=$SECONDS
    until answers; do
        kill -0 $! 2>/dev/null || fail "dockerd does not start here ($(grep -oE 'failed to start.*|level=fatal.*' "$log" | tail -n 1)); see $log"
        ((SECONDS - began < WAIT_S)) || fail "dockerd does not answer after $WAIT_S s; see $log"
        sleep 0.2
    done
    say "started (process $(cat "$pid_file"), stop it with: $0 stop)"
}

stop() {
    local pid
    pid=$(ours) || { say "none of ours is running"; return; }
    kill "$pid"
    local began=$SECONDS
    while kill -0 "$pid" 2>/dev/null; do
        ((SECONDS - began < WAIT_S)) || fail "process $pid does not stop"
        sleep 0.2
    done
    say "stopped"
}

case ${1-} in
    start) start ;;
    stop) stop ;;
    *) fail "usage: $0 start|stop" ;;
esac
