package io.leat.pipeline.reader;

import io.leat.common.Suggestions;
import io.leat.pipeline.definition.Contract.Privacy;
import io.leat.pipeline.definition.FieldTags;
import io.leat.pipeline.definition.KeySource;
import io.leat.pipeline.definition.ProtectedFields;
import io.leat.pipeline.definition.Protection;
import io.leat.pipeline.definition.Protection.Method;
import io.leat.pipeline.definition.Protection.Target;
import io.leat.pipeline.definition.RuleSet;
import io.leat.pipeline.yaml.Block;
import io.leat.pipeline.yaml.Folder;
import io.leat.pipeline.yaml.Keys;
import io.leat.pipeline.yaml.Value;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.avro.Schema;

/** Reads a contract's {@code tags}, {@code protect} and {@code dead_letters}. */
public final class PrivacyReader {
  public static final Keys PROTECTION_KEYS =
      Keys.of("a protection").requires("with").allows("tag", "field", "key", "keys", "length");
  public static final Keys DEAD_LETTER_KEYS = Keys.of("dead_letters").requires("encrypt");

  private static final Pattern VARIABLE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

  private final Folder folder;
  private final String event;

  private PrivacyReader(Folder folder, String event) {
    this.folder = folder;
    this.event = event;
  }

  /**
   * @param names fields that name or key the event
   */
  static Privacy read(
      Folder folder,
      Block contract,
      String event,
      Optional<Schema> schema,
      Optional<String> eventTime,
      List<String> names,
      RuleSet ruleSet) {
    PrivacyReader reader = new PrivacyReader(folder, event);
    Optional<FieldTags> declared = schema.map(FieldTags::of);
    Map<String, Set<String>> tags =
        contract.get("tags").map(value -> reader.tags(value, declared)).orElse(Map.of());
    Optional<FieldTags> all = declared.map(of -> of.and(tags).andMatching(ruleSet.tags()));
    List<Protection> protections = new ArrayList<>();
    contract
        .get("protect")
        .ifPresent(
            list ->
                list.list()
                    .forEach(
                        entry ->
                            reader
                                .protection(entry, all)
                                .ifPresent(
                                    protection -> {
                                      protections.add(protection);
                                      all.ifPresent(
                                          known ->
                                              ProtectedFields.of(
                                                  List.of(protection),
                                                  known,
                                                  eventTime.orElse(""),
                                                  names,
                                                  entry::problem));
                                    })));
    List<KeySource> deadLetterKeys =
        contract
            .get("dead_letters")
            .flatMap(value -> value.block(DEAD_LETTER_KEYS))
            .flatMap(block -> block.get("encrypt"))
            .map(reader::keys)
            .orElse(List.of());
    return new Privacy(tags, protections, deadLetterKeys);
  }

  private Map<String, Set<String>> tags(Value value, Optional<FieldTags> schema) {
    Map<String, Set<String>> tags = new LinkedHashMap<>();
    value
        .openBlock("tags of fields, as in 'email: [PII]'")
        .ifPresent(
            block ->
                block
                    .values()
                    .forEach(
                        entry -> {
                          schema.ifPresent(known -> checkPath(entry, entry.name(), known));
                          Set<String> names = new HashSet<>();
                          entry.nonEmptyList().forEach(tag -> tag.text().ifPresent(names::add));
                          tags.put(entry.name(), names);
                        }));
    return tags;
  }

  private Optional<Protection> protection(Value entry, Optional<FieldTags> tags) {
    return entry
        .block(PROTECTION_KEYS)
        .flatMap(
            block -> {
              Optional<Target> target = target(entry, block, tags);
              Optional<Method> method = block.get("with").flatMap(v -> v.oneOf(Method.class));
              List<KeySource> keys = keys(block);
              int length = block.get("length").flatMap(v -> v.integer(0)).orElse(0);
              method.ifPresent(m -> checkSettings(block, m, keys));
              return target.flatMap(t -> method.map(m -> new Protection(t, m, length, keys)));
            });
  }

  private Optional<Target> target(Value entry, Block block, Optional<FieldTags> tags) {
    Optional<Value> tag = block.get("tag");
    Optional<Value> field = block.get("field");
    if (tag.isPresent() == field.isPresent()) {
      entry.problem(
          "a protection names %s; expected a tag or a field", tag.isPresent() ? "both" : "neither");
      return Optional.empty();
    }
    if (tag.isPresent()) {
      return tag.get().text().map(Target.Tag::new); // the registry may give the tag to a field yet
    }
    Optional<String> path = field.get().text();
    path.ifPresent(p -> tags.ifPresent(known -> checkPath(field.get(), p, known)));
    return path.map(Target.Field::new);
  }

  private void checkPath(Value place, String path, FieldTags known) {
    List<String> paths = known.places().stream().map(FieldTags.Place::path).toList();
    if (!paths.contains(path)) {
      place.problem(
          "no field %s in the event %s; it has %s.%s",
          path, event, String.join(", ", paths), Suggestions.didYouMean(path, paths));
    }
  }

  private List<KeySource> keys(Block block) {
    return Stream.concat(
            block.get("key").flatMap(this::key).stream(),
            block.get("keys").map(this::keys).orElse(List.of()).stream())
        .toList();
  }

  private static void checkSettings(Block block, Method method, List<KeySource> keys) {
    boolean keyed = method == Method.HMAC || method == Method.ENCRYPT;
    String name = method.name().toLowerCase(java.util.Locale.ROOT);
    boolean declared = block.get("key").isPresent() || block.get("keys").isPresent();
    if (keyed && !declared) {
      block.problem("%s without a key; expected key: env:NAME or key: file:PATH", name);
    }
    if (!keyed && declared) {
      block.problem("%s takes no key; remove it", name);
    }
    if (method == Method.HMAC && keys.size() > 1) {
      block.problem(
          "hmac with %d keys; expected one, since another key makes other values of the same",
          keys.size());
    }
    if ((method == Method.TRUNCATE) != block.get("length").isPresent()) {
      block.problem(
          method == Method.TRUNCATE
              ? "truncate without a length; expected how many characters stay, as in length: 4"
              : name + " takes no length; remove it");
    }
  }

  /** One source, or a list of them. */
  private List<KeySource> keys(Value value) {
    return value.isList()
        ? value.nonEmptyList().stream().flatMap(entry -> key(entry).stream()).toList()
        : key(value).stream().toList();
  }

  private Optional<KeySource> key(Value value) {
    return key(value, folder, "a contract");
  }

  /**
   * Where a secret is found.
   *
   * @param where it does not stand itself, for the problem's sentence
   */
  static Optional<KeySource> key(Value value, Folder folder, String where) {
    Optional<String> text = value.text();
    if (text.isEmpty()) {
      return Optional.empty();
    }
    if (text.get().startsWith("env:") && VARIABLE.matcher(text.get().substring(4)).matches()) {
      return Optional.of(new KeySource.Environment(text.get().substring(4)));
    }
    if (text.get().startsWith("file:") && text.get().length() > 5) {
      return folder.anywhere(value, text.get().substring(5)).map(KeySource.SecretFile::new);
    }
    // The text itself may be a key: it is not quoted.
    value.problem(
        "%s is no place of a key; expected env:NAME or file:PATH. A key itself never stands in %s",
        value.name(), where);
    return Optional.empty();
  }
}
