package io.leat.features.offline.trainingset;

import io.leat.features.offline.OfflineException;
import io.leat.schemas.NullReasons;
import java.io.Serializable;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.iceberg.types.Type;

/**
 * One column of a training set.
 *
 * @param name its name: a feature's full name as it is
 * @param role what it is there for
 * @param kind what its values are
 */
record Column(String name, Role role, Kind kind) implements Serializable {
  static final String EVENT_ID = "event_id";
  static final String EVENT_TIME = "event_time";
  static final String LABEL = "label";

  enum Role {
    id,
    time,
    key,
    feature,
    /** Of the spine's file, carried along as it is. */
    further,
    label,
    reasons
  }

  enum Kind {
    time,
    text,
    whole,
    real,
    truth;

    /** Of values that a vector's column has. */
    static Kind of(Type type) {
      return switch (type.typeId()) {
        case LONG -> whole;
        case DOUBLE -> real;
        case BOOLEAN -> truth;
        case STRING -> text;
        default -> throw new IllegalArgumentException("no feature is a " + type);
      };
    }
  }

  /**
   * @throws OfflineException if two columns have the same name
   */
  static void requireDistinct(List<Column> columns) {
    Set<String> names = new HashSet<>();
    for (Column column : columns) {
      if (!names.add(column.name())) {
        throw new OfflineException(
            "The training set would have two columns %s: a feature, a key or a further column of the spine's file is called as another one, or as one of its own columns (%s, %s, %s, %s). Rename a feature in the pipeline, a file's column by --rename COLUMN=NAME."
                .formatted(column.name(), EVENT_ID, EVENT_TIME, LABEL, NullReasons.COLUMN));
      }
    }
  }
}
