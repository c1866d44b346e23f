# FastNetMon Community as Debian 12 ships it (1.2.4), and the Python of its notify script.
FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates fastnetmon python3 \
    && rm -rf /var/lib/apt/lists/*
EXPOSE 2055/udp 6343/udp
ENTRYPOINT ["/usr/sbin/fastnetmon"]
CMD ["--log_to_console"]
