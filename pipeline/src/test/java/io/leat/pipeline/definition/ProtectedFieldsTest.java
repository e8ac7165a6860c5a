package io.leat.pipeline.definition;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.junit.jupiter.api.Test;

class ProtectedFieldsTest {
  @Test
  void aUuidIsNoTextThatMayBecomeAnother() {
    Schema text = Schema.create(Schema.Type.STRING);
    Schema uuid = LogicalTypes.uuid().addToSchema(Schema.create(Schema.Type.STRING));

    assertThat(ProtectedFields.isText(text)).isTrue();
    assertThat(ProtectedFields.isText(uuid)).isFalse();
    assertThat(ProtectedFields.isText(Schema.createArray(uuid))).isFalse();
  }
}
