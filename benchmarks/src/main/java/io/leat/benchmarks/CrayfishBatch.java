package io.leat.benchmarks;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.jspecify.annotations.Nullable;

/**
 * What Crayfish (EDBT 2024) sends from its producer to the processor and from there to its
 * consumer: rows, and once they are scored what the model says of each.
 *
 * @param createdAt milliseconds
 * @param rows boxed numbers, as Crayfish keeps them
 * @param prediction the outputs of the rows as text; null before they are scored
 */
record CrayfishBatch(long createdAt, List<List<Float>> rows, @Nullable String prediction) {

  /** How it is written. */
  enum Wire {
    /**
     * As Crayfish does it: an {@code ObjectMapper} of its own for each record, and the numbers as
     * one text with commas.
     */
    TEXT {
      @Override
      byte[] encode(CrayfishBatch batch) throws IOException {
        return new ObjectMapper()
            .registerModule(new SimpleModule().addSerializer(CrayfishBatch.class, new ToText()))
            .writeValueAsBytes(batch);
      }

      @Override
      CrayfishBatch decode(byte[] bytes) throws IOException {
        return new ObjectMapper()
            .registerModule(new SimpleModule().addDeserializer(CrayfishBatch.class, new OfText()))
            .readValue(bytes, CrayfishBatch.class);
      }
    },

    /** A generic record with lists of floats. */
    AVRO {
      @Override
      byte[] encode(CrayfishBatch batch) throws IOException {
        GenericRecord record = new GenericData.Record(SCHEMA);
        record.put(0, batch.createdAt);
        record.put(1, batch.rows);
        record.put(2, batch.prediction);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        var encoder = EncoderFactory.get().binaryEncoder(out, null);
        new GenericDatumWriter<GenericRecord>(SCHEMA).write(record, encoder);
        encoder.flush();
        return out.toByteArray();
      }

      @Override
      @SuppressWarnings("unchecked") // of the schema's type
      CrayfishBatch decode(byte[] bytes) throws IOException {
        GenericRecord record =
            new GenericDatumReader<GenericRecord>(SCHEMA)
                .read(null, DecoderFactory.get().binaryDecoder(bytes, null));
        Object prediction = record.get(2);
        return new CrayfishBatch(
            (long) record.get(0),
            (List<List<Float>>) record.get(1),
            prediction == null ? null : prediction.toString());
      }
    };

    private static final Schema SCHEMA =
        SchemaBuilder.record("Batch")
            .fields()
            .requiredLong("createdAt")
            .name("rows")
            .type()
            .array()
            .items()
            .array()
            .items()
            .floatType()
            .noDefault()
            .optionalString("prediction")
            .endRecord();

    abstract byte[] encode(CrayfishBatch batch) throws IOException;

    abstract CrayfishBatch decode(byte[] bytes) throws IOException;

    /** Of Kafka's serializers, whose interface has no checked exception. */
    byte[] write(CrayfishBatch batch) {
      try {
        return encode(batch);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    CrayfishBatch read(byte[] bytes) {
      try {
        return decode(bytes);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private static final class ToText extends StdSerializer<CrayfishBatch> {
    private static final long serialVersionUID = 1;

    ToText() {
      super(CrayfishBatch.class);
    }

    @Override
    public void serialize(CrayfishBatch batch, JsonGenerator json, SerializerProvider provider)
        throws IOException {
      StringBuilder numbers = new StringBuilder();
      batch.rows.forEach(row -> row.forEach(number -> numbers.append(number).append(',')));
      json.writeStartObject();
      json.writeNumberField("createdAt", batch.createdAt);
      json.writeNumberField("count", batch.rows.size());
      json.writeNumberField("width", batch.rows.get(0).size());
      json.writeStringField("rows", numbers.toString());
      json.writeStringField("prediction", batch.prediction);
      json.writeEndObject();
    }
  }

  private static final class OfText extends StdDeserializer<CrayfishBatch> {
    private static final long serialVersionUID = 1;

    OfText() {
      super(CrayfishBatch.class);
    }

    @Override
    public CrayfishBatch deserialize(JsonParser json, DeserializationContext context)
        throws IOException {
      JsonNode node = json.getCodec().readTree(json);
      String[] numbers = node.get("rows").textValue().split(",", -1);
      int width = node.get("width").intValue();
      List<List<Float>> rows = new ArrayList<>();
      for (int row = 0; row < node.get("count").intValue(); row++) {
        List<Float> values = new ArrayList<>();
        for (int column = 0; column < width; column++) {
          values.add(Float.valueOf(numbers[row * width + column]));
        }
        rows.add(values);
      }
      return new CrayfishBatch(
          node.get("createdAt").longValue(), rows, node.get("prediction").textValue());
    }
  }
}
