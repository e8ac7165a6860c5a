package io.leat.features.offline.replay;

import java.util.ArrayList;
import java.util.List;
import org.apache.avro.generic.GenericRecord;

/** The codecs of all events that a service is made of. One thread's. */
final class EventCodecs {
  private final List<EventCodec> codecs = new ArrayList<>();

  EventCodecs(ServiceReference service) {
    for (String event : service.sources()) {
      codecs.add(new EventCodec(service.contract(event).schema()));
    }
  }

  /** The event of an item, or the spine event of a row. */
  GenericRecord decode(Item item, SpineRow row) {
    int source = item.source() == Item.ROW ? 0 : item.source();
    return codecs.get(source).decode(row.event());
  }
}
