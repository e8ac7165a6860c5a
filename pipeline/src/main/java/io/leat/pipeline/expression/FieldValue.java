package io.leat.pipeline.expression;

import java.util.List;
import org.apache.avro.Schema;

/**
 * A field of a record as a rule of type CEL_FIELD sees it.
 *
 * @param value the value, as Avro's generic records hold it, never null
 * @param schema the value's own schema: no union
 * @param name name of the field
 * @param fullName name of its record with namespace, a dot, its name
 * @param tags its tags
 */
public record FieldValue(
    Object value, Schema schema, String name, String fullName, List<String> tags) {}
