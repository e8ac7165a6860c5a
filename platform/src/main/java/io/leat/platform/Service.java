package io.leat.platform;

import io.leat.pipeline.definition.Pipeline;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * One service of the platform.
 *
 * @param name its name; after the pipeline's it is the consumer group, of a Kafka Streams
 *     application also its id
 * @param main class that runs it as a process of its own, and that has a public constructor without
 *     parameters: {@code leat up} makes one and starts it beside others
 * @param ports where it listens; health, and where it has them metrics, are on the first
 * @param when what a pipeline has to declare for it to have something to do
 * @param reads topics and tables that it reads
 * @param writes topics and tables that it writes
 */
public record Service(
    String name,
    Kind kind,
    String main,
    List<Port> ports,
    When when,
    List<Data> reads,
    List<Data> writes) {
  public Service {
    ports = List.copyOf(ports);
    reads = List.copyOf(reads);
    writes = List.copyOf(writes);
  }

  /** The first port, where none is given. */
  public int port() {
    return ports.get(0).number();
  }

  /** Where its health is asked for, given its first port on this machine. */
  public String healthUrl(int port) {
    return "http://127.0.0.1:" + port + kind.healthPath();
  }

  /** Whether it reads topics as a consumer group: {@code <pipeline>-<name>}. */
  public boolean hasGroup() {
    return kind != Kind.SERVER;
  }

  /** The topics that it reads for a pipeline. */
  public Set<String> topicsRead(Pipeline pipeline) {
    return topics(reads, pipeline);
  }

  /** The topics that it writes for a pipeline. */
  public Set<String> topicsWritten(Pipeline pipeline) {
    return topics(writes, pipeline);
  }

  private Set<String> topics(List<Data> data, Pipeline pipeline) {
    Set<String> topics = new TreeSet<>();
    data.forEach(each -> topics.addAll(each.topics(pipeline, name)));
    return topics;
  }
}
