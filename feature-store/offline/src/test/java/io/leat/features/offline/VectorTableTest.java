package io.leat.features.offline;

import static org.assertj.core.api.Assertions.assertThat;

import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.reader.PipelineReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VectorTableTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          terminal_risk.payments_1d                   | terminal
          risk.payments_1d                            | customer
          derived: terminal_risk.payments_1d > 1.0    | terminal
          derived: terminal_risk .payments_1d > 1.0   | terminal
          derived: risk. payments_1d > 1.0            | customer
          derived: event.amount > 1.0                 |
          derived: event.note == 'risk.payments_1d'   |
          """)
  void onlyTheEntitiesOfTheViewsThatAServiceReadsHaveAColumn(String feature, String entity)
      throws Exception {
    Pipeline pipeline = pipeline(feature);

    assertThat(VectorTable.keyColumns(pipeline.services().get(0), pipeline))
        .isEqualTo(entity == null ? Map.of() : Map.of(entity, entity + "_id"));
  }

  @Test
  void aDerivedFeaturesColumnHasTheTypeOfItsExpression() throws Exception {
    Pipeline pipeline = pipeline("derived: risk.payments_1d > 1.0");

    OfflineTable table = VectorTable.of(pipeline.services().get(0), pipeline);

    assertThat(table.schema().findField("derived").type()).hasToString("boolean");
  }

  @Test
  void whatAViewDerivesHasAColumnAsItsOtherFeaturesAndAsksForTheViewsEntity() throws Exception {
    pipeline("event.note");
    write(
        "features/risk.yaml",
        Files.readString(folder.resolve("features/risk.yaml"))
            + "derived: [{ per_payment: event.amount / payments_1d }]\n");
    write(
        "services/fraud.yaml",
        "{ service: fraud, version: 1, spine: payments, features: [risk.per_payment] }");
    Pipeline pipeline = PipelineReader.read(folder);

    OfflineTable table = VectorTable.of(pipeline.services().get(0), pipeline);

    assertThat(table.schema().findField("risk__per_payment").type()).hasToString("double");
    assertThat(table.schema().findField("customer_id")).isNotNull();
  }

  /** Payments, two views of which one's name ends as the other's, a service of one feature. */
  private Pipeline pipeline(String feature) throws Exception {
    write(
        "pipeline.yaml",
        """
        pipeline: shop
        owner: test
        entities:
          customer: { key: customer_id }
          terminal: { key: terminal_id }
        """);
    write(
        "contracts/payments.avsc",
        """
        {"type": "record", "name": "Payment", "fields": [
          {"name": "id", "type": "string"},
          {"name": "at", "type": {"type": "long", "logicalType": "timestamp-millis"}},
          {"name": "customer_id", "type": "string"},
          {"name": "terminal_id", "type": "string"},
          {"name": "note", "type": "string"},
          {"name": "amount", "type": "double"}]}
        """);
    write(
        "contracts/payments.yaml",
        """
        event: payments
        schema: payments.avsc
        event_id: id
        event_time: at
        """);
    for (String entity : new String[] {"customer", "terminal"}) {
      String view = entity.equals("customer") ? "risk" : "terminal_risk";
      write(
          "features/" + view + ".yaml",
          """
          view: %s
          version: 1
          entity: %s
          source: payments
          windows: [1d]
          aggregations: [{ payments: count }]
          """
              .formatted(view, entity));
    }
    write(
        "services/fraud.yaml",
        """
        service: fraud
        version: 1
        spine: payments
        features:
          - %s
        """
            .formatted(feature));
    return PipelineReader.read(folder);
  }

  private void write(String file, String text) throws Exception {
    Path path = folder.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
  }
}
