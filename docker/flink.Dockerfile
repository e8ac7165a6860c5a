# Flink with Leat's jobs on its own class path, so that every TaskManager has them and native libraries load once.
FROM eclipse-temurin:17-jdk AS build
WORKDIR /leat
COPY . .
RUN --mount=type=cache,target=/root/.m2 ./mvnw -q -B -DskipTests -Dspotless.check.skip package
# What the Flink image brings itself must not be there twice.
RUN mkdir /jobs && cp target/leat/lib/flink/*.jar /jobs && cd /jobs \
 && rm -f logback-*.jar slf4j-*.jar log4j-*.jar flink-annotations-* flink-clients-* flink-core-* flink-datastream-* \
      flink-file-sink-common-* flink-hadoop-fs-* flink-metrics-core-* flink-optimizer-* flink-queryable-state-* \
      flink-rpc-* flink-runtime-* flink-shaded-* flink-statebackend-* flink-streaming-java-* flink-table-* \
      flink-metrics-prometheus-* frocksdbjni-*

FROM flink:2.2.1-java17
COPY --from=build /jobs/ /opt/flink/lib/
COPY docker/flink-job.sh /opt/leat/flink-job.sh
# Volumes that are mounted here for the first time take their owner from these.
RUN mkdir /warehouse /checkpoints && chown flink:flink /warehouse /checkpoints
