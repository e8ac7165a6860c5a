package io.leat.schemas;

import io.leat.records.FeatureVector;
import java.util.Collection;
import java.util.List;
import org.apache.avro.Schema;

/**
 * The schema under which a service's vectors are registered: {@link FeatureVector}'s own, with the
 * features' names as the property {@value #NAMES} of the field {@code values}. The binary form is
 * the same, so a vector is encoded as a {@link FeatureVector} with this schema's id, and whoever
 * holds the schema knows the names.
 */
public final class FeatureVectorSchema {
  /** Property of the field {@code values}. */
  public static final String NAMES = "leat.features";

  private FeatureVectorSchema() {}

  /** The schema for vectors whose values are called by these names, in this order. */
  public static Schema of(List<String> names) {
    Schema schema = new Schema.Parser().parse(FeatureVector.getClassSchema().toString());
    schema.getField("values").addProp(NAMES, names);
    return schema;
  }

  /**
   * The names that a schema made by {@link #of} carries.
   *
   * @throws IllegalArgumentException if the schema carries none
   */
  public static List<String> names(Schema schema) {
    Schema.Field values = schema.getField("values");
    if (values == null || !(values.getObjectProp(NAMES) instanceof Collection<?> names)) {
      throw new IllegalArgumentException(
          "schema " + schema.getFullName() + " has no property " + NAMES + " on its field values");
    }
    return names.stream().map(String::valueOf).toList();
  }
}
