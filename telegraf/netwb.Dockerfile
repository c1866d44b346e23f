# netwb from this checkout, as a user of its own.
FROM python:3.11-slim-bookworm
RUN apt-get update \
    && apt-get install --yes --no-install-recommends curl git openssh-client \
    && rm -rf /var/lib/apt/lists/*
COPY . /src
RUN pip install --no-cache-dir '/src[postgresql]' && rm -rf /src
RUN useradd --uid 10001 --create-home netwb \
    && install --directory --owner netwb --group netwb --mode 0700 /var/lib/netwb /var/lib/netwb/telegraf.d
USER netwb
WORKDIR /var/lib/netwb
ENTRYPOINT ["netwb"]
CMD ["serve"]
