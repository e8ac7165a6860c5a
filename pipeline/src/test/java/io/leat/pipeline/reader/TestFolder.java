package io.leat.pipeline.reader;

import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.definition.PipelineException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** A pipeline's folder that a test may change. */
public final class TestFolder {
  private final Path root;

  /** An empty folder. */
  public TestFolder(Path root) {
    this.root = root;
  }

  /** A copy of the complete pipeline {@code card-payments}, with a file in its model's place. */
  public static TestFolder cardPayments(Path root) {
    Path source =
        Path.of(
            System.getProperty("leat.project", ".."), "pipeline/src/test/resources/card-payments");
    TestFolder folder = new TestFolder(root);
    try (Stream<Path> files = Files.walk(source)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        folder.write(source.relativize(file).toString(), Files.readString(file));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    folder.write("models/fraud/model.onnx", "not looked into by the reader");
    return folder;
  }

  /**
   * A small pipeline of one event, one view and one service, all named after the pipeline, so that
   * several can share a cluster.
   */
  public static TestFolder shop(Path root, String name) {
    TestFolder folder = new TestFolder(root);
    folder.write(
        "pipeline.yaml",
        "{ pipeline: NAME, owner: shop, entities: { customer: { key: customer_id } } }"
            .replace("NAME", name));
    folder.write(
        "contracts/" + name + ".avsc",
        """
        {"type": "record", "name": "Order", "namespace": "io.leat.tests", "fields": [
          {"name": "order_id", "type": "string"},
          {"name": "customer_id", "type": "string"},
          {"name": "ordered_at", "type": {"type": "long", "logicalType": "timestamp-millis"}},
          {"name": "amount", "type": "double"}
        ]}
        """);
    folder.write(
        "contracts/" + name + ".yaml",
        "{ event: NAME, schema: NAME.avsc, event_id: order_id, event_time: ordered_at }"
            .replace("NAME", name));
    folder.write(
        "features/" + name + ".yaml",
        """
        view: NAME_by_customer
        version: 1
        entity: customer
        source: NAME
        windows: [1d]
        aggregations:
          - orders: count
        """
            .replace("NAME", name));
    folder.write(
        "services/" + name + ".yaml",
        """
        service: NAME
        version: 1
        spine: NAME
        features: [event.amount, NAME_by_customer.*]
        """
            .replace("NAME", name));
    return folder;
  }

  public Path root() {
    return root;
  }

  public Pipeline read() throws PipelineException {
    return PipelineReader.read(root);
  }

  /** What reading the folder finds wrong, each as {@code file:line: message}; empty: nothing. */
  public List<String> problems() {
    try {
      PipelineReader.read(root);
      return List.of();
    } catch (PipelineException e) {
      return e.problems().stream().map(PipelineException.Problem::toString).toList();
    }
  }

  public String text(String file) {
    try {
      return Files.readString(root.resolve(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public void write(String file, String text) {
    try {
      Files.createDirectories(root.resolve(file).getParent());
      Files.writeString(root.resolve(file), text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public void delete(String file) {
    try {
      Files.delete(root.resolve(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Replaces a text that stands once in a file; fails if it does not stand there. */
  public void replace(String file, String text, String by) {
    String content = text(file);
    if (content.indexOf(text) < 0 || content.indexOf(text) != content.lastIndexOf(text)) {
      throw new IllegalArgumentException(file + " does not hold once: " + text);
    }
    write(file, content.replace(text, by));
  }
}
