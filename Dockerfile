# The newswire image: every verb of the command line, `python -m producers`, and the seeds.
ARG BASE=python:3.11-slim

FROM ${BASE} AS build
# Another package index, when one is needed, stays in this stage: build arguments are part of an image's history.
ARG PIP_INDEX_URL
ARG PIP_EXTRA_INDEX_URL
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /build
# Every locked file, checked against its hash; from here on nothing else can be installed.
COPY requirements.lock .
RUN pip download --quiet --no-deps --require-hashes --dest wheels -r requirements.lock
# The lock also holds what development needs; pip picks what the program needs. Before the sources: a changed line
# of Python must not install numpy again.
RUN python -m venv --without-pip /opt/newswire
COPY pyproject.toml .
RUN python -c "import tomllib; print(*tomllib.load(open('pyproject.toml', 'rb'))['project']['dependencies'], sep='\n')" > needed.txt \
    && pip --python /opt/newswire/bin/python install --quiet --no-index --find-links wheels -r needed.txt
COPY README.md LICENSE ./
COPY streams streams
COPY producers producers
RUN pip --python /opt/newswire/bin/python install --quiet --no-index --find-links wheels --no-deps --prefix /opt/program .

FROM ${BASE}
RUN useradd --uid 10001 --create-home newswire
COPY --from=build /opt/newswire /opt/newswire
# newswire itself on top: a changed line of Python makes a small layer, not one of 500 MB.
COPY --from=build /opt/program /opt/newswire
WORKDIR /home/newswire
COPY --chown=newswire seeds seeds
ENV PATH=/opt/newswire/bin:$PATH PYTHONUNBUFFERED=1
USER newswire
# Loops that are compiled at their first call (docs/adr/0009-index.md) are compiled here: no container waits for it.
RUN newswire enrich --quiet --stages normalise,dedupe seeds/articles.jsonl - >/dev/null
ENTRYPOINT ["newswire"]
CMD ["--help"]
