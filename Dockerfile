# One image for web, worker, beat and migrate; docker-compose.yml says which is which. It holds no secret.
FROM python:3.11-slim-bookworm

ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    READ_DOT_ENV=false \
    MALLOC_ARENA_MAX=2 \
    VAR_DIR=/app/var \
    STATIC_ROOT=/app/static_root \
    PORT=8000

WORKDIR /app

# Packages first: they change less often than the code. All of them are wheels, so no compiler is needed.
COPY requirements.txt .
RUN pip install --compile -r requirements.txt

COPY manage.py .
COPY modelhub modelhub
COPY catalog catalog
COPY customization customization
COPY templates templates

# The key is for this command alone; it signs nothing and is not kept in the image.
RUN SECRET_KEY=not-a-secret-only-for-collectstatic python manage.py collectstatic --noinput \
    && python -m compileall -q modelhub catalog customization \
    && useradd --system --uid 10001 --home-dir /app modelhub \
    && install -d -o modelhub -g modelhub /app/var

USER modelhub
EXPOSE 8000

# One blocking thread a worker and a worker a core: measured best for WSGI under the GIL.
CMD ["sh", "-c", "exec granian --interface wsgi --no-ws --host 0.0.0.0 --port \"$PORT\" --workers \"${WEB_CONCURRENCY:-$(nproc)}\" --blocking-threads 1 --workers-kill-timeout 30 modelhub.wsgi:application"]
