package io.leat.stack;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leat.common.ErrorCode;
import io.leat.testing.TopicReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StackIT {
  private static final LeatHome HOME = LeatHome.find();

  @TempDir private Path directory;

  @Test
  void brokerKeepsItsRecordsThroughAKill() throws Exception {
    int port = Ports.free();
    try (BrokerProcess broker = BrokerProcess.start(HOME, directory, port)) {
      try (Admin admin = Admin.create(client(broker))) {
        admin.createTopics(List.of(new NewTopic("sluice", 1, (short) 1))).all().get();
      }
      try (var producer =
          new KafkaProducer<>(client(broker), new StringSerializer(), new StringSerializer())) {
        producer.send(new ProducerRecord<>("sluice", "key", "value")).get();
      }
      broker.process().kill();
    }

    try (BrokerProcess broker = BrokerProcess.start(HOME, directory, port)) {
      assertThat(read(broker, "sluice")).containsExactly("value");
    }
  }

  @Test
  void controllersPortThatIsTakenMeanwhileIsReplacedByAnother() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Deque<Integer> ports = new ArrayDeque<>(List.of(taken.getLocalPort(), Ports.free()));

      try (BrokerProcess broker =
          BrokerProcess.start(
              HOME,
              directory,
              Ports.free(),
              Map.of(),
              List.of(),
              StartWait.DEFAULT,
              ports::removeFirst)) {
        assertThat(ports).isEmpty();
        assertThat(broker.process().isAlive()).isTrue();
      }
    }
  }

  @Test
  void secondBrokerInTheSameDirectoryIsRefused() {
    try (BrokerProcess first = BrokerProcess.start(HOME, directory, Ports.free())) {
      assertThatThrownBy(() -> BrokerProcess.start(HOME, directory, Ports.free()))
          .isInstanceOfSatisfying(
              StackException.class,
              e -> assertThat(e.code()).as(e.getMessage()).isEqualTo(ErrorCode.DIRECTORY_IN_USE))
          .hasMessage(
              "Another broker works in %s; stop it, or give another directory."
                  .formatted(directory.resolve("data")));
      assertThat(first.process().isAlive()).isTrue();
    }
  }

  @Test
  void registryKeepsItsIdsThroughAKillAndRefusesIncompatibleSchemas() throws Exception {
    int port = Ports.free();
    String other = "{\"schema\":\"\\\"string\\\"\"}";
    String schema = "{\"schema\":\"\\\"int\\\"\"}";
    String registered;
    try (RegistryProcess registry = RegistryProcess.start(HOME, directory, port)) {
      post(registry, "/subjects/other-value/versions", other, 200);
      registered = post(registry, "/subjects/sluice-value/versions", schema, 200);
      assertThat(registered).isEqualTo("{\"id\":2}");
      registry.process().kill();
    }

    try (RegistryProcess registry = RegistryProcess.start(HOME, directory, port)) {
      assertThat(post(registry, "/subjects/sluice-value/versions", schema, 200))
          .isEqualTo(registered);
      assertThat(post(registry, "/subjects/sluice-value/versions", other, 409))
          .contains("not compatible");
      assertThatThrownBy(() -> RegistryProcess.start(HOME, directory, Ports.free()))
          .isInstanceOfSatisfying(
              StackException.class,
              e -> assertThat(e.code()).as(e.getMessage()).isEqualTo(ErrorCode.DIRECTORY_IN_USE));
    }
  }

  private static Map<String, Object> client(BrokerProcess broker) {
    return Map.of("bootstrap.servers", broker.bootstrapServers());
  }

  private static List<String> read(BrokerProcess broker, String topic) {
    try (TopicReader reader = TopicReader.committed(broker.bootstrapServers(), List.of(topic))) {
      return reader.readToEnd().stream().map(record -> new String(record.value(), UTF_8)).toList();
    }
  }

  private static String post(RegistryProcess registry, String path, String body, int expected)
      throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(registry.url() + path))
            .header("Content-Type", "application/vnd.schemaregistry.v1+json")
            .POST(BodyPublishers.ofString(body, UTF_8))
            .build();
    HttpResponse<String> response =
        HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
    assertThat(response.statusCode()).as(response.body()).isEqualTo(expected);
    return response.body();
  }
}
