package io.leat.features.offline.trainingset;

import io.leat.features.engine.EventIdentity;
import io.leat.features.offline.OfflineException;
import io.leat.features.offline.replay.EventCodec;
import io.leat.features.offline.replay.Item;
import io.leat.features.offline.replay.ReplayOrder;
import io.leat.features.offline.replay.RowTimes;
import io.leat.features.offline.replay.ServiceReference;
import io.leat.features.offline.replay.SpineRow;
import io.leat.pipeline.definition.Contract;
import java.io.File;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.file.DataFileReader;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.flink.api.common.functions.FlatMapFunction;
import org.apache.flink.util.Collector;
import org.jspecify.annotations.Nullable;

/**
 * Makes rows of a {@link SpineFile}'s records, given its path. Their ids are the event's, where the
 * file has them; else their numbers, from 1.
 */
final class ReadSpineFile implements FlatMapFunction<String, Item> {
  private static final long serialVersionUID = 1L;

  private final ServiceReference service;
  private final RowTimes times;
  private final boolean labelled;

  /**
   * @param labelled whether a row's last value is its label
   */
  ReadSpineFile(ServiceReference service, RowTimes times, boolean labelled) {
    this.service = service;
    this.times = times;
    this.labelled = labelled;
  }

  @Override
  public void flatMap(String records, Collector<Item> out) throws IOException {
    Contract contract = service.spine();
    EventIdentity identity = new EventIdentity(contract);
    EventCodec codec = new EventCodec(contract.schema());
    int features = service.viewFeatures().size();
    long number = 0;
    try (DataFileReader<GenericRecord> reader =
        new DataFileReader<>(new File(records), new GenericDatumReader<>())) {
      List<Schema.Field> further = SpineFile.furtherFields(reader.getSchema());
      while (reader.hasNext()) {
        GenericRecord record = reader.next();
        GenericRecord event = event(contract.schema(), (GenericRecord) record.get(SpineFile.EVENT));
        number++;
        if (event.get(contract.eventTime()) == null) {
          throw new OfflineException(
              "Row %d of the spine's file has no time (%s)."
                  .formatted(number, contract.eventTime()));
        }
        long time = identity.timeMicros(event);
        if (!times.contain(time)) {
          continue;
        }
        List<@Nullable Object> values = new ArrayList<>(Collections.nCopies(features, null));
        for (Schema.Field field : further) {
          values.add(plain(record.get(field.pos())));
        }
        if (labelled) {
          values.add(record.hasField(SpineFile.LABEL) ? plain(record.get(SpineFile.LABEL)) : null);
        }
        Object id = event.get(contract.eventId());
        SpineRow row =
            new SpineRow(
                id == null ? Long.toString(number) : id.toString(),
                time,
                0,
                number,
                codec.encode(event),
                values);
        out.collect(new Item(Item.ROW, row.toBytes(), ReplayOrder.place(time)));
      }
    }
  }

  private static GenericRecord event(Schema schema, GenericRecord part) {
    GenericRecord event = new GenericData.Record(schema);
    for (Schema.Field field : part.getSchema().getFields()) {
      event.put(field.name(), part.get(field.pos()));
    }
    return event;
  }

  private static @Nullable Object plain(@Nullable Object value) {
    return value instanceof CharSequence ? value.toString() : value;
  }
}
