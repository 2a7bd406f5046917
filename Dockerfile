# The page and the shipped release, served by a user without rights on a file system that may be
# read-only. tests/browser/test_wheel.py runs the steps of the second stage without Docker.
FROM python:3.13-slim AS build
RUN apt-get update && apt-get install --yes --no-install-recommends make
WORKDIR /source
COPY . .
RUN make wheel

FROM python:3.13-slim
WORKDIR /install
COPY --from=build /source/requirements/serve.txt /source/dist/latent_atlas-*.whl ./
RUN python -m pip install --no-cache-dir --require-hashes --requirement serve.txt
RUN python -m pip install --no-cache-dir --no-deps latent_atlas-*.whl
# What is served compressed is compressed here: later nothing can be written.
RUN latent-atlas compress
WORKDIR /
USER 65534:65534
ENV ATLAS_HOST=0.0.0.0 ATLAS_PORT=8000
EXPOSE 8000
HEALTHCHECK --start-period=30s CMD python -c "import os, urllib.request as r; r.urlopen(f'http://127.0.0.1:{os.environ[\"ATLAS_PORT\"]}/readyz', timeout=3)"
CMD ["latent-atlas", "serve"]
