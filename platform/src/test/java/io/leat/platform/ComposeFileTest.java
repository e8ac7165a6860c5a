package io.leat.platform;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.leat.testing.MadeText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/**
 * docker-compose.yml runs every service of the catalogue: those of Kafka Streams and Flink are made
 * from it, the servers, which say who may come in, are written by hand and held against it.
 */
class ComposeFileTest {
  private static final String FILE = "docker-compose.yml";
  private static final String END = "  # End of what is made.";

  /** More than the file's, whose services share their settings. */
  private static final int ALIASES = 500;

  private static final MadeText SERVICES =
      new MadeText(
          FILE,
          "  # Made from io.leat.platform.Services by: ./mvnw -pl platform -am test -Dleat.write",
          END);
  private static final MadeText VOLUMES =
      new MadeText(FILE, "  # Made from io.leat.platform.Services, too.", END);

  /** Name, class, port, path of its health, further volumes. */
  private static final String STREAMS =
      """
        %1$s:
          <<: *leat
          command: ["%2$s"]
          environment:
            <<: *leat-settings
            LEAT_HTTP_PORT: %3$d
          ports: ["127.0.0.1:%3$d:%3$d"]
          volumes:
            - "${PIPELINE:-./examples/card-payments}:/pipeline:ro"
            - "%1$s:/var/lib/leat"
      %5$s    depends_on: *after-apply
          healthcheck:
            test: ["CMD-SHELL", "curl -fsS http://localhost:%3$d%4$s"]
            interval: 5s
            timeout: 5s
            retries: 30
      """;

  /** Files of model versions, which the container that applies the pipeline writes. */
  private static final String ARTIFACTS = "      - \"artifacts:/artifacts:ro\"\n";

  /** Name, class, ports of REST and metrics on the machine, in the container. */
  private static final String FLINK =
      """
        flink-%1$s:
          <<: *flink
          command: ["/opt/leat/flink-job.sh", "%1$s", "%2$s"]
          restart: unless-stopped
          environment: { <<: *flink-settings, JOB_MANAGER_RPC_ADDRESS: flink-%1$s }
          ports: ["127.0.0.1:%3$d:%5$d"]
          volumes: *flink-volumes
          depends_on: *after-apply
          healthcheck:
            test: ["CMD-SHELL", "curl -fsS http://localhost:%5$d%7$s"]
            interval: 5s
            timeout: 5s
            retries: 30
        flink-%1$s-worker:
          <<: *flink
          command: taskmanager
          restart: unless-stopped
          environment: { <<: *flink-settings, JOB_MANAGER_RPC_ADDRESS: flink-%1$s }
          ports: ["127.0.0.1:%4$d:%6$d"]
          volumes: *flink-volumes
          depends_on:
            flink-%1$s: { condition: service_healthy }
          healthcheck:
            test: ["CMD-SHELL", "curl -fsS http://localhost:%6$d/metrics"]
            interval: 5s
            timeout: 5s
            retries: 30
      """;

  @Test
  void theFileRunsEveryServiceOfKafkaStreamsAndFlink() throws IOException {
    SERVICES.check(
        Services.ALL.stream().map(ComposeFileTest::container).collect(Collectors.joining()));
    VOLUMES.check(
        Services.ALL.stream()
            .filter(service -> service.kind() == Kind.STREAMS)
            .map(service -> "  " + service.name() + ":\n")
            .collect(Collectors.joining()));
  }

  private static String container(Service service) {
    String path = service.kind().healthPath();
    return switch (service.kind()) {
      case SERVER -> "";
      case STREAMS ->
          STREAMS.formatted(
              service.name(),
              service.main(),
              service.port(),
              path,
              service.name().equals(Services.SCORING) ? ARTIFACTS : "");
      case FLINK ->
          FLINK.formatted(
              service.name(),
              service.main(),
              service.port(),
              service.ports().get(1).number(),
              Services.FLINK_REST_PORT,
              Services.FLINK_METRICS_PORT,
              path);
    };
  }

  static List<Service> servers() {
    return Services.ALL.stream().filter(service -> service.kind() == Kind.SERVER).toList();
  }

  @ParameterizedTest
  @MethodSource("servers")
  void aServerRunsTheCataloguesClassOnItsPort(Service server) throws IOException {
    String file = Files.readString(Path.of(System.getProperty("leat.project"), FILE), UTF_8);
    Object services =
        ((Map<?, ?>)
                new Load(LoadSettings.builder().setMaxAliasesForCollections(ALIASES).build())
                    .loadFromString(file))
            .get("services");
    Map<?, ?> container = (Map<?, ?>) ((Map<?, ?>) services).get(server.name());

    assertThat(container).as("%s in %s", server.name(), FILE).isNotNull();
    int port = server.port();
    assertThat(container.get("command")).isEqualTo(List.of(server.main()));
    assertThat(container.get("ports")).isEqualTo(List.of("127.0.0.1:%1$d:%1$d".formatted(port)));
    assertThat(container.get("environment"))
        .satisfies(
            settings -> assertThat(((Map<?, ?>) settings).get("LEAT_HTTP_PORT")).isEqualTo(port));
    assertThat(container.get("healthcheck"))
        .satisfies(
            check ->
                assertThat(((Map<?, ?>) check).get("test"))
                    .isEqualTo(
                        List.of(
                            "CMD-SHELL",
                            "curl -fsS http://localhost:" + port + server.kind().healthPath())));
  }
}
