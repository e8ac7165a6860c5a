package io.leat.pipeline.reader;

import io.leat.pipeline.definition.Entity;
import io.leat.pipeline.yaml.Block;
import io.leat.pipeline.yaml.Keys;
import io.leat.pipeline.yaml.NameRule;
import io.leat.pipeline.yaml.Value;
import java.util.Optional;

/** Reads {@code pipeline.yaml}: the pipeline's name, its owner, its entities. */
public final class PipelineFileReader {
  public static final Keys KEYS =
      Keys.of("a pipeline").requires("pipeline", "owner").allows("description", "entities");
  public static final Keys ENTITY_KEYS = Keys.of("an entity").requires("key").allows("description");

  /** What the file says. */
  record Header(String name, String owner) {}

  private PipelineFileReader() {}

  static Optional<Header> read(Value file, Declared<Entity> entities) {
    Optional<Block> block = file.block(KEYS);
    if (block.isEmpty()) {
      entities.missOne();
      return Optional.empty();
    }
    block
        .flatMap(b -> b.get("entities"))
        .flatMap(e -> e.openBlock("entities by name"))
        .ifPresent(names -> names.values().forEach(entity -> readEntity(entity, entities)));
    Optional<String> name = block.get().get("pipeline").flatMap(v -> v.name(NameRule.TOPIC));
    Optional<String> owner = block.get().get("owner").flatMap(Value::text);
    block.get().get("description").ifPresent(Value::text);
    return name.flatMap(n -> owner.map(o -> new Header(n, o)));
  }

  private static void readEntity(Value entity, Declared<Entity> entities) {
    if (!NameRule.IDENTIFIER.allows(entity.name())) {
      entity.problem(
          "entity '%s'; expected a name of %s", entity.name(), NameRule.IDENTIFIER.description());
    }
    Optional<Block> block = entity.block(ENTITY_KEYS);
    block.flatMap(b -> b.get("description")).ifPresent(Value::text);
    entities.add(
        entity,
        entity.name(),
        block
            .flatMap(b -> b.get("key"))
            .flatMap(Value::text)
            .map(key -> new Entity(entity.name(), key)));
  }
}
