package io.leat.pipeline.definition;

import io.leat.pipeline.expression.Expression;
import java.util.List;

/**
 * Which events an aggregation sees.
 *
 * @param condition CEL of type bool over the event's fields, each by its own name
 * @param fields the fields that the condition names, sorted, those within records by their path:
 *     {@code amount}, {@code address.street}
 */
public record Filter(Expression condition, List<String> fields) {
  public Filter {
    fields = fields.stream().distinct().sorted().toList();
  }
}
