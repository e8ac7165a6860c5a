package io.leat.benchmarks.flink;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.leat.benchmarks.expert.Tiles;
import io.leat.schemas.AvroCodec;
import io.leat.schemas.RegistryClient;
import java.time.Duration;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericRecord;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.api.java.tuple.Tuple4;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/**
 * The same features as a team that knows Flink writes them by hand: one keyed function, with one
 * value of {@link Tiles} a key, which gives a row at once for each event. RocksDB, exactly-once.
 */
public final class TilesMain {
  private TilesMain() {}

  /**
   * Takes, in this order: bootstrap servers, URL of the registry, topic of the payments, their
   * schema, how many partitions it has, topic of the rows, an empty folder for state and
   * checkpoints, time between checkpoints, megabytes of RocksDB's memory, length of a tile in
   * milliseconds. Runs until it is stopped.
   */
  public static void main(String[] arguments) throws Exception {
    String servers = arguments[0];
    String topic = arguments[5];
    StreamExecutionEnvironment environment =
        StreamExecutionEnvironment.getExecutionEnvironment(
            OverWindowsMain.settings(
                arguments[6],
                Integer.parseInt(arguments[4]),
                Duration.parse(arguments[7]),
                Integer.parseInt(arguments[8])));
    KafkaSource<Tuple4<String, Long, Long, Double>> payments =
        KafkaSource.<Tuple4<String, Long, Long, Double>>builder()
            .setBootstrapServers(servers)
            .setGroupId(topic)
            .setTopics(arguments[2])
            .setStartingOffsets(OffsetsInitializer.earliest())
            .setDeserializer(new Payments(arguments[1], arguments[3]))
            .build();
    KafkaSink<Tuple2<String, byte[]>> rows =
        KafkaSink.<Tuple2<String, byte[]>>builder()
            .setBootstrapServers(servers)
            .setDeliveryGuarantee(DeliveryGuarantee.EXACTLY_ONCE)
            .setTransactionalIdPrefix(topic)
            .setProperty("compression.type", "lz4")
            .setProperty("transaction.timeout.ms", "600000")
            .setRecordSerializer(new Rows(topic))
            .build();
    environment
        .fromSource(payments, WatermarkStrategy.noWatermarks(), "payments")
        .keyBy(payment -> payment.f0)
        .process(new Windows(Long.parseLong(arguments[9])))
        .sinkTo(rows);
    environment.execute();
  }

  /** Customer, payment, event time, amount. */
  private static final class Payments
      implements KafkaRecordDeserializationSchema<Tuple4<String, Long, Long, Double>> {
    private static final long serialVersionUID = 1L;

    private final String registry;
    private final String schema;
    private transient @Nullable Decoder decoder;

    Payments(String registry, String schema) {
      this.registry = registry;
      this.schema = schema;
    }

    @Override
    public void deserialize(
        ConsumerRecord<byte[], byte[]> record,
        Collector<Tuple4<String, Long, Long, Double>> payments) {
      if (decoder == null) {
        decoder =
            new Decoder(
                new AvroCodec(new RegistryClient(registry)), new Schema.Parser().parse(schema));
      }
      payments.collect(decoder.decode(record.value()));
    }

    @Override
    public TypeInformation<Tuple4<String, Long, Long, Double>> getProducedType() {
      return Types.TUPLE(Types.STRING, Types.LONG, Types.LONG, Types.DOUBLE);
    }
  }

  /** Reads Avro as Leat does, which is faster than Avro's own reader. */
  private record Decoder(AvroCodec codec, Schema schema, int[] places) {
    Decoder(AvroCodec codec, Schema schema) {
      this(
          codec,
          schema,
          new int[] {
            schema.getField("customer_id").pos(),
            schema.getField("payment_id").pos(),
            schema.getField("paid_at").pos(),
            schema.getField("amount").pos()
          });
    }

    Tuple4<String, Long, Long, Double> decode(byte[] value) {
      GenericRecord payment = codec.decode(value, schema);
      return Tuple4.of(
          (String) payment.get(places[0]),
          (Long) payment.get(places[1]),
          (Long) payment.get(places[2]),
          (Double) payment.get(places[3]));
    }
  }

  /** The keyed function. */
  private static final class Windows
      extends KeyedProcessFunction<
          String, Tuple4<String, Long, Long, Double>, Tuple2<String, byte[]>> {
    private static final long serialVersionUID = 1L;

    private final long resolution;
    private transient @Nullable Tiles tiles;
    private transient @Nullable ValueState<byte[]> state;

    Windows(long resolution) {
      this.resolution = resolution;
    }

    @Override
    public void open(OpenContext context) {
      tiles = new Tiles(resolution);
      state =
          getRuntimeContext()
              .getState(
                  new ValueStateDescriptor<>(
                      "tiles", PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO));
    }

    @Override
    public void processElement(
        Tuple4<String, Long, Long, Double> payment,
        Context context,
        Collector<Tuple2<String, byte[]>> rows)
        throws Exception {
      state.update(tiles.add(state.value(), payment.f2, payment.f3));
      rows.collect(Tuple2.of(payment.f0, tiles.row(payment.f1)));
    }
  }

  /** Rows as records, under their customer. */
  private static final class Rows
      implements KafkaRecordSerializationSchema<Tuple2<String, byte[]>> {
    private static final long serialVersionUID = 1L;

    private final String topic;

    Rows(String topic) {
      this.topic = topic;
    }

    @Override
    public ProducerRecord<byte[], byte[]> serialize(
        Tuple2<String, byte[]> row, KafkaSinkContext context, @Nullable Long timestamp) {
      return new ProducerRecord<>(topic, row.f0.getBytes(UTF_8), row.f1);
    }
  }
}
