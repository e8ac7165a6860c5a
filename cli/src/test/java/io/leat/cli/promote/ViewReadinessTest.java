package io.leat.cli.promote;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.definition.PipelineException;
import io.leat.pipeline.definition.ViewId;
import io.leat.pipeline.reader.PipelineReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ViewReadinessTest {
  @TempDir private Path folder;

  @Test
  void whatAVersionDerivesIsMissedWhereTheNextDoesNotOrOfAnotherType()
      throws IOException, PipelineException {
    view(1, "orders: count", "[{ share: event.amount / orders_1d }, { often: orders_1d > 3.0 }]");
    view(2, "orders: count", "[{ share: orders_1d > event.amount }]");
    view(3, "often: count", "[{ share: event.amount / often_1d }, { often: often_1d > 3.0 }]");
    Pipeline pipeline = pipeline();

    assertThat(missing(pipeline, 2, 1))
        .startsWith(
            "it lacks share (it is DOUBLE there and BOOLEAN here), often, which readers of version 1 may ask for");
    assertThat(missing(pipeline, 3, 1)).startsWith("it lacks orders_1d, which readers");
    assertThat(missing(pipeline, 1, 1)).isEmpty();
    assertThat(missing(pipeline, 3, 2)).startsWith("it lacks orders_1d, share (it is BOOLEAN");
  }

  private static String missing(Pipeline pipeline, int version, int before) {
    return ViewReadiness.missingFeatures(
            pipeline.view(new ViewId("spending", version)).orElseThrow(),
            pipeline.view(new ViewId("spending", before)).orElseThrow())
        .orElse("");
  }

  private Pipeline pipeline() throws IOException, PipelineException {
    write(
        "pipeline.yaml",
        "{ pipeline: shop, owner: shop, entities: { customer: { key: customer_id } } }");
    write(
        "contracts/orders.yaml",
        "{ event: orders, schema: orders.avsc, event_id: id, event_time: at }");
    write(
        "contracts/orders.avsc",
        """
        {"type": "record", "name": "Order", "fields": [
          {"name": "id", "type": "string"},
          {"name": "at", "type": {"type": "long", "logicalType": "timestamp-millis"}},
          {"name": "customer_id", "type": "string"},
          {"name": "amount", "type": "double"}]}
        """);
    return PipelineReader.read(folder);
  }

  private void view(int version, String aggregation, String derived) throws IOException {
    write(
        "features/spending_" + version + ".yaml",
        """
        view: spending
        version: %d
        entity: customer
        source: orders
        windows: [1d]
        aggregations: [{ %s }]
        derived: %s
        """
            .formatted(version, aggregation, derived));
  }

  private void write(String file, String text) throws IOException {
    Path path = folder.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
  }
}
