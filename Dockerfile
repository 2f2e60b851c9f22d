# docker build -t streamer .
# docker run --rm -p 8080:8080 streamer -- sh -c 'while date; do sleep 1; done'

FROM --platform=$BUILDPLATFORM maven:3-eclipse-temurin-25 AS build
WORKDIR /build
COPY LICENSE pom.xml ./
COPY src/main src/main
RUN --mount=type=cache,target=/root/.m2 mvn -B -q -Dfast package

FROM eclipse-temurin:25-jre
COPY --chmod=755 bin/streamer /opt/streamer/bin/streamer
COPY --from=build /build/target/fast/streamer.jar /opt/streamer/lib/streamer.jar
# The first start records what a start loads, beside the jar: here, not in each container.
RUN ln -s /opt/streamer/bin/streamer /usr/local/bin/streamer \
    && streamer --version \
    && test -s "$(echo /opt/streamer/lib/streamer-*.aot)" \
    && useradd --uid 10001 --no-create-home --home-dir /var/lib/streamer streamer \
    && install -d -o 10001 -g 10001 /var/lib/streamer
# By number, as Kubernetes wants it for runAsNonRoot.
USER 10001:10001
WORKDIR /var/lib/streamer
# On the port that it names, streamer listens on all interfaces.
ENV PORT=8080
EXPOSE 8080
# The image has bash, but no HTTP client.
HEALTHCHECK --start-period=10s --interval=10s --timeout=5s CMD ["bash", "-c", \
    "exec 3<>/dev/tcp/127.0.0.1/${STREAMER_PORT:-$PORT} && printf 'GET /-/health HTTP/1.0\\r\\nHost: localhost\\r\\n\\r\\n' >&3 && read -r _ status _ <&3 && [ \"$status\" = 200 ]"]
ENTRYPOINT ["streamer"]
CMD ["--help"]
