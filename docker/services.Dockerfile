# Every Kafka Streams service, the feature server and the leat command: one image, the command picks the main class.
FROM eclipse-temurin:17-jdk AS build
WORKDIR /leat
COPY . .
RUN --mount=type=cache,target=/root/.m2 ./mvnw -q -B -DskipTests -Dspotless.check.skip package

FROM eclipse-temurin:17-jre
# XGBoost's native library runs on OpenMP.
RUN apt-get update && apt-get install -y --no-install-recommends libgomp1 && rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 10001 --home-dir /var/lib/leat --create-home leat && install -d -o leat -g leat /artifacts
COPY --from=build /leat/target/leat/lib/services /opt/leat/lib/services
# The retraining worker starts processes out of it, which make training sets.
COPY --from=build /leat/target/leat/lib/flink /opt/leat/lib/flink
USER leat
WORKDIR /var/lib/leat
VOLUME /var/lib/leat
ENV LEAT_HOME=/opt/leat \
    LEAT_STATE_DIR=/var/lib/leat/state \
    LEAT_HTTP_HOST=0.0.0.0 \
    MALLOC_ARENA_MAX=2 \
    JAVA_TOOL_OPTIONS="-XX:MaxRAMPercentage=60 -XX:+ExitOnOutOfMemoryError"
ENTRYPOINT ["java", "-cp", "/opt/leat/lib/services/*"]
CMD ["io.leat.cli.Leat", "--help"]
