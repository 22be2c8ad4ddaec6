# The site in a container: docker build -t rejoinder . ; what it is told by the environment is in docs/settings.md.

FROM python:3.11-slim-bookworm AS build
COPY requirements.txt .
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir --require-hashes -r requirements.txt

FROM python:3.11-slim-bookworm
RUN useradd --system --uid 10001 --home-dir /data --create-home rejoinder
COPY --from=build /venv /venv
COPY . /app
WORKDIR /app
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    DATA_DIR=/data STATIC_ROOT=/static HOST=0.0.0.0
# Made here, so that a container starts at once and its files can stay read-only.
RUN mkdir /static && DATA_DIR=/tmp/build python manage.py prepare --static-only && rm -rf /tmp/build
USER rejoinder
VOLUME /data
EXPOSE 8000
HEALTHCHECK --start-period=60s CMD ["python", "-c", "from urllib.request import urlopen as u; u('http://127.0.0.1:8000/healthz', timeout=3)"]
CMD ["sh", "-c", "python manage.py prepare && exec python -m forum.serving"]
