package io.leat.cli.up;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.pipeline.apply.PipelineTopics;
import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.reader.PipelineReader;
import io.leat.platform.Kind;
import io.leat.platform.Service;
import io.leat.platform.Services;
import io.leat.runtime.JobOptions;
import io.leat.runtime.Readiness;
import io.leat.runtime.ServiceMain;
import io.leat.runtime.streams.JobContext;
import io.leat.runtime.streams.StreamsJob;
import io.leat.schemas.RegistryClient;
import io.leat.schemas.Topics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyDescription.Node;
import org.apache.kafka.streams.TopologyDescription.Sink;
import org.apache.kafka.streams.TopologyDescription.Source;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the catalogue says of each service, held against the service. */
class CatalogueTest {
  private static final Path PROJECT = Path.of(System.getProperty("leat.project"));
  private static final Path PIPELINE = PROJECT.resolve("examples/card-payments");

  @TempDir private Path folder;

  static List<Service> services() {
    return Services.ALL.stream().filter(service -> service.kind() != Kind.FLINK).toList();
  }

  static Stream<Service> topologies() {
    return services().stream().filter(service -> service.kind() == Kind.STREAMS);
  }

  static Stream<Service> flinkJobs() {
    return Services.ALL.stream().filter(service -> service.kind() == Kind.FLINK);
  }

  @ParameterizedTest
  @MethodSource("services")
  void aServiceRunsAloneAndBesideOthers(Service service) throws Exception {
    Class<?> main = Class.forName(service.main());

    assertThat(Modifier.isStatic(main.getMethod("main", String[].class).getModifiers())).isTrue();
    assertThat(main.getConstructor().newInstance())
        .isInstanceOfSatisfying(
            ServiceMain.class,
            made -> {
              if (made instanceof StreamsJob job) {
                assertThat(job.name()).isEqualTo(service.name());
                assertThat(service.kind()).isEqualTo(Kind.STREAMS);
              }
            });
  }

  @ParameterizedTest
  @MethodSource("topologies")
  void aTopologyReadsAndWritesWhatTheCatalogueSays(Service service) throws Exception {
    Pipeline pipeline = PipelineReader.readBeforeTraining(PIPELINE);
    StreamsJob job =
        Class.forName(service.main()).asSubclass(StreamsJob.class).getConstructor().newInstance();
    JobContext context =
        new JobContext(
            pipeline,
            new RegistryClient("mock://catalogue"),
            new SimpleMeterRegistry(),
            new Readiness(),
            JobOptions.of(PIPELINE, "unused:9092", "mock://catalogue", folder, 0));
    Topology topology = job.topology(context);
    context.resources().close();
    Set<String> read = new TreeSet<>();
    Set<String> written = new TreeSet<>();
    topology.describe().subtopologies().stream()
        .flatMap(part -> part.nodes().stream())
        .forEach(node -> collect(node, read, written));

    assertThat(service.topicsRead(pipeline))
        .as("what io.leat.platform.Services says that %s reads", service.name())
        .isNotEmpty()
        .isEqualTo(read);
    assertThat(service.topicsWritten(pipeline))
        .as(
            "what io.leat.platform.Services says that %s writes; a topic more is a constant of"
                + " Data, and a line of PipelineTopics",
            service.name())
        .isNotEmpty()
        .containsAll(written);
  }

  @ParameterizedTest
  @MethodSource("everyService")
  void whatAServiceReadsAndWritesIsThereOnceThePipelineIsApplied(Service service) throws Exception {
    Pipeline pipeline = PipelineReader.readBeforeTraining(PIPELINE);
    Set<String> made = new TreeSet<>();
    PipelineTopics.of(pipeline).forEach(topic -> made.add(topic.name()));

    Set<String> used = new TreeSet<>(service.topicsRead(pipeline));
    used.addAll(service.topicsWritten(pipeline));
    used.removeIf(topic -> topic.endsWith("-changelog")); // Kafka Streams makes its own

    assertThat(made).as("topics of io.leat.pipeline.apply.PipelineTopics").containsAll(used);
  }

  static Stream<Service> everyService() {
    return Services.ALL.stream();
  }

  @Test
  void noEventMayTakeTheNameOfATopicOfThePlatform() throws Exception {
    Pipeline pipeline = PipelineReader.readBeforeTraining(PIPELINE);
    Set<String> single = new TreeSet<>();
    for (Service service : Services.ALL) {
      service.topicsWritten(pipeline).stream()
          .filter(topic -> !topic.contains(".") && !topic.endsWith("-changelog"))
          .filter(topic -> pipeline.contract(topic).isEmpty())
          .forEach(single::add);
    }

    assertThat(Topics.PLATFORM).isNotEmpty().containsAll(single);
  }

  @ParameterizedTest
  @MethodSource("flinkJobs")
  void theClassOfAFlinkJobIsThere(Service job) throws Exception {
    Path source = Path.of("src/main/java", job.main().replace('.', '/') + ".java");
    try (Stream<Path> files = Files.walk(PROJECT)) {
      assertThat(files.filter(file -> file.endsWith(source))).hasSize(1);
    }
  }

  @Test
  void noTwoPartsOfAStackHaveTheSameUsualPort() {
    assertThat(Services.usualPorts().values()).doesNotHaveDuplicates();
  }

  private static void collect(Node node, Set<String> read, Set<String> written) {
    if (node instanceof Source source && source.topicSet() != null) {
      source.topicSet().stream().filter(topic -> !isInternal(topic)).forEach(read::add);
    }
    if (node instanceof Sink sink && sink.topic() != null && !isInternal(sink.topic())) {
      written.add(sink.topic());
    }
  }

  private static boolean isInternal(String topic) {
    return topic.endsWith("-repartition");
  }
}
