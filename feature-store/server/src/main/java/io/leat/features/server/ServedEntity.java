package io.leat.features.server;

import io.leat.features.online.EntityKeys;
import io.leat.features.server.RequestException.Kind;
import io.leat.pipeline.definition.Contract;
import io.leat.pipeline.definition.Entity;
import io.leat.pipeline.definition.Pipeline;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;

/**
 * An entity, and what its keys look like. As with Feast, a key is what the entity's type makes of
 * it, and is told so in the answer: {@code "7"} is 7 where the entity's keys are whole numbers, and
 * 7 is {@code "7"} where they are texts.
 *
 * @param wholeNumbers whether the field is an int or a long in every event that has it
 */
record ServedEntity(String name, String field, boolean wholeNumbers) {
  static ServedEntity of(Entity entity, Pipeline pipeline) {
    List<Schema.Type> types =
        pipeline.contracts().stream()
            .map(Contract::schema)
            .map(schema -> schema.getField(entity.key()))
            .filter(field -> field != null)
            .flatMap(field -> RequestFields.branches(field.schema()).stream())
            .map(Schema::getType)
            .toList();
    return new ServedEntity(
        entity.name(),
        entity.key(),
        !types.isEmpty()
            && types.stream()
                .allMatch(type -> type == Schema.Type.INT || type == Schema.Type.LONG));
  }

  /**
   * A key as the entity has it.
   *
   * @param given String, Long, {@link BigInteger}, Double, Boolean or null
   * @return Long or String; null for null
   * @throws RequestException if it can be none
   */
  @Nullable Object key(@Nullable Object given) throws RequestException {
    if (given == null) {
      return null;
    }
    if (given instanceof Double number) {
      return key(whole(number));
    }
    if (!wholeNumbers) {
      return given.toString();
    }
    if (given instanceof Long) {
      return given;
    }
    try {
      return Long.valueOf(given.toString().strip());
    } catch (NumberFormatException e) {
      throw wrong(given, "a whole number of 64 bits");
    }
  }

  /** The bytes that stand for a key in the store. */
  static byte[] bytes(Object key) {
    return EntityKeys.bytes(key.toString());
  }

  /** Data frames with gaps make 7.0 of 7. */
  private Object whole(Double number) throws RequestException {
    if (number != Math.rint(number) || number.isInfinite()) {
      throw wrong(number, "a text, a whole number or a boolean");
    }
    BigInteger whole = new BigDecimal(number).toBigInteger();
    return whole.bitLength() < Long.SIZE ? (Object) whole.longValue() : whole;
  }

  private RequestException wrong(Object given, String expected) {
    return new RequestException(
        Kind.MALFORMED, "entities.%s holds %s; expected %s.", field, given, expected);
  }
}
